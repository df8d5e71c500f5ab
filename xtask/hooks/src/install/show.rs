//! What was done and what is there, in lines for a person.

use std::path::Path;

use super::{Change, HookState, Installed, ProgramState, StageStatus, Status};

impl Installed {
    /// A line for each hook that changed, then what else there is to know.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for hook in &self.hooks {
            let before = hook.before.as_deref().map(|path| within(&self.folder, path));
            let runs = |name: String| {
                if hook.before_runs {
                    format!("; {name} runs before it")
                } else {
                    format!("; {name} isn't executable, so that it doesn't run, as git didn't run it")
                }
            };
            let (what, before) = match (hook.change, before) {
                (Change::Kept, _) => continue,
                (Change::Installed, before) => ("installed", before.map(runs)),
                (Change::Updated, before) => ("updated", before.map(runs)),
                (Change::Removed, Some(_)) => ("removed", Some("; what was there before is back".to_owned())),
                (Change::Removed, None) => ("removed", None),
            };
            lines.push(format!("{}: {what}{}", hook.hook, before.unwrap_or_default()));
        }
        if lines.is_empty() && !self.program_changed {
            lines.push("nothing to change".to_owned());
        } else if self.program_changed && (self.plan || self.program.is_file()) {
            lines.push(format!("program: {}", self.program.display()));
        }
        lines.extend(self.notes.iter().cloned());
        if self.plan {
            lines.insert(0, format!("nothing is done; in {} it would be:", self.folder.display()));
        }
        lines
    }
}

/// How a path in the folder of the hooks is called.
fn within(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

impl Status {
    /// A line for each stage, for the program, and for what else there is to know.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.stages.iter().map(|stage| stage.line(&self.folder)).collect();
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

    fn line(&self, folder: &Path) -> String {
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
        let before = self.before.as_deref().filter(|_| self.is_ours());
        let before = before.map(|path| {
            let name = within(folder, path);
            if self.before_runs {
                format!(", after {name}")
            } else {
                format!("; {name} was there before and isn't executable, so that it doesn't run")
            }
        });
        let unwanted =
            if self.is_ours() && !self.wanted { ", though xtask.toml has nothing for it" } else { "" };
        format!("{}: {what}{}{unwanted}", self.stage, before.unwrap_or_default())
    }
}
