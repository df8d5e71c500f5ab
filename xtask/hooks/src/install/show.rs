//! What was done and what is there, in lines for a person.

use super::{Change, HookState, Installed, ProgramState, StageStatus, Status};

impl Installed {
    /// A line for each hook that changed, then what else there is to know.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for hook in &self.hooks {
            let before =
                hook.before.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy());
            let (what, before) = match (hook.change, before) {
                (Change::Kept, _) => continue,
                (Change::Installed, before) => {
                    ("installed", before.map(|name| format!("; {name} runs before it")))
                }
                (Change::Updated, before) => {
                    ("updated", before.map(|name| format!("; {name} runs before it")))
                }
                (Change::Removed, Some(_)) => ("removed", Some("; what was there before is back".to_owned())),
                (Change::Removed, None) => ("removed", None),
            };
            lines.push(format!("{}: {what}{}", hook.hook, before.unwrap_or_default()));
        }
        if lines.is_empty() && !self.program_changed {
            lines.push("nothing to change".to_owned());
        } else if self.program_changed && self.program.is_file() {
            lines.push(format!("program: {}", self.program.display()));
        }
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

impl Status {
    /// A line for each stage, for the program, and for what else there is to know.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.stages.iter().map(StageStatus::line).collect();
        lines.push(format!("hooks: {}", self.folder.display()));
        let program = self.program.display();
        lines.push(match &self.program_state {
            ProgramState::Missing if self.stages.iter().all(|stage| !stage.is_ours()) => {
                "program: not installed".to_owned()
            }
            ProgramState::Missing => {
                format!("program: {program} is gone: `xtask hooks install` puts it back")
            }
            ProgramState::Current => format!("program: {program}, current"),
            ProgramState::Older { version } => {
                format!("program: {program}, {version}, older than yours: `xtask hooks install` updates it")
            }
            ProgramState::Newer { version } => format!("program: {program}, {version}, newer than yours"),
            ProgramState::OtherBuild => {
                format!("program: {program}, another build than yours: `xtask hooks install` updates it")
            }
        });
        lines.extend(self.notes.iter().cloned());
        lines
    }
}

impl StageStatus {
    /// Whether git starts this program there, or would but for a flaw.
    fn is_ours(&self) -> bool {
        matches!(self.state, HookState::Current | HookState::Outdated | HookState::NotExecutable)
    }

    fn line(&self) -> String {
        let what = match self.state {
            HookState::Absent => "not installed: `xtask hooks install`",
            HookState::Current => "installed",
            HookState::Outdated => "installed in another form: `xtask hooks install` updates it",
            HookState::NotExecutable => "not executable, so git skips it: `xtask hooks install` mends it",
            HookState::CallsXtask => "another's, which calls xtask itself",
            HookState::Theirs if self.wanted => {
                "another's: `xtask hooks install` runs it before this program"
            }
            HookState::Theirs => "another's",
        };
        let before = self.before.as_deref().and_then(|path| path.file_name());
        let before =
            before.filter(|_| self.is_ours()).map(|name| format!(", after {}", name.to_string_lossy()));
        let unwanted =
            if self.is_ours() && !self.wanted { ", though xtask.toml has nothing for it" } else { "" };
        format!("{}: {what}{}{unwanted}", self.stage, before.unwrap_or_default())
    }
}
