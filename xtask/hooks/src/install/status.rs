//! `hooks status`: what git would run here, and whether that is this program.

use std::path::{Path, PathBuf};

use serde::Serialize;
use xtask_core::gate::{Context, Need, NeedState};
use xtask_core::model::Result;

use super::folder::{Folder, Whose};
use super::git::Git;
use super::local::{There, copy, paths};
use super::program::{self, ProgramState};
use super::shim::render;
use super::{manager, place, repository};
use crate::stage::Stage;

/// What is installed in a repository.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// Where git looks for hooks.
    pub folder: PathBuf,
    /// Whose place that is.
    pub whose: Whose,
    /// The value of `core.hooksPath`, where it is set.
    pub hooks_path: Option<String>,
    /// The copy of the program that the shims start.
    pub program: PathBuf,
    /// How it compares with the program that looks.
    pub program_state: ProgramState,
    /// Each stage that is configured, or that has a hook.
    pub stages: Vec<StageStatus>,
    /// What else a person should know.
    pub notes: Vec<String>,
}

/// The hook of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageStatus {
    /// The stage: `pre-commit`.
    pub stage: &'static str,
    /// Whether the configuration wants it.
    pub wanted: bool,
    /// What is there.
    pub state: HookState,
    /// The hook that was there before.
    pub before: Option<PathBuf>,
    /// Whether that is run before it: git runs what is executable, and so do we.
    pub before_runs: bool,
}

/// What is at a hook's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookState {
    /// Nothing.
    Absent,
    /// This program's shim.
    Current,
    /// This program's shim, of another form than would be written now.
    Outdated,
    /// This program's shim, which git skips since it isn't executable.
    NotExecutable,
    /// Another's, which calls this program itself.
    CallsXtask,
    /// Another's.
    Theirs,
}

impl Status {
    /// Whether all that is wanted is there and current.
    pub fn is_current(&self) -> bool {
        self.program_state == ProgramState::Current
            && self.stages.iter().all(|stage| !stage.wanted || stage.state == HookState::Current)
    }
}

/// Whether a hook that isn't ours, and that git would run, calls this program.
pub(super) fn calls_xtask(path: &Path) -> bool {
    let calls = |text: Vec<u8>| CALLS.iter().any(|call| memchr::memmem::find(&text, call).is_some());
    place::is_executable(path) && std::fs::read(path).is_ok_and(calls)
}

/// How a script calls this program.
const CALLS: [&[u8]; 2] = [b"xtask hooks run", b"xtask ci"];

/// What is installed here, where `wanted` stages should be (`configured`). Nothing is changed.
pub fn status(cx: &Context, wanted: &[Stage]) -> Result<Status> {
    status_against(cx, wanted, &program::running()?)
}

pub(super) fn status_against(cx: &Context, wanted: &[Stage], own: &Path) -> Result<Status> {
    let repo = repository(cx)?;
    let folder = Folder::of(cx, repo, &Git::of(cx, repo))?;
    let copy = copy(repo.common_dir());
    let stages = paths(&folder.path).into_iter().filter_map(|(stage, path)| {
        let state = match There::at(&path) {
            There::Nothing => HookState::Absent,
            There::Theirs if calls_xtask(&path) => HookState::CallsXtask,
            There::Theirs => HookState::Theirs,
            There::Ours(_) if !place::is_executable(&path) => HookState::NotExecutable,
            There::Ours(bytes) if bytes == render(stage, folder.lies()).as_bytes() => HookState::Current,
            There::Ours(_) => HookState::Outdated,
        };
        let before = place::kept(&path);
        let wanted = wanted.contains(&stage);
        (wanted || state != HookState::Absent).then_some(StageStatus {
            stage: stage.name(),
            wanted,
            state,
            before_runs: before.as_deref().is_some_and(place::is_executable),
            before,
        })
    });
    let stages: Vec<StageStatus> = stages.collect();
    let chained = stages.iter().filter(|stage| stage.before_runs).filter_map(|stage| stage.before.as_deref());
    let mut notes: Vec<String> = folder.note().into_iter().collect();
    notes.extend(manager::notes(chained));
    Ok(Status {
        stages,
        whose: folder.whose,
        program: copy.path(),
        program_state: copy.state_against(own),
        notes,
        hooks_path: folder.setting,
        folder: folder.path,
    })
}

/// For `doctor`: whether the hooks are installed, where `xtask.toml` has `[hooks]`. A CI runner makes no commits and needs none.
pub fn need(cx: &Context, wanted: &[Stage]) -> Option<Need> {
    if cx.repo.is_none() || !cx.config.has("hooks") || cx.environment.is_ci() {
        return None;
    }
    let state = match status(cx, wanted) {
        Ok(status) => judge(&status, command(cx)),
        Err(problem) => {
            NeedState::Unmet { why: format!("{}: {}", problem.what, problem.why), fix: problem.fix }
        }
    };
    Some(Need { name: "the git hooks".to_owned(), by: "hooks".to_owned(), state })
}

/// How this program is called here.
pub(super) fn command(cx: &Context) -> &'static str {
    if cx.environment.get("CARGO").is_some() { "cargo xtask" } else { "xtask" }
}

fn judge(status: &Status, command: &str) -> NeedState {
    let wanted = || status.stages.iter().filter(|stage| stage.wanted);
    let named = |state: HookState| -> Vec<&str> {
        wanted().filter(|stage| stage.state == state).map(|stage| stage.stage).collect()
    };
    let troubles = [
        (named(HookState::Absent), "not installed: git runs no checks there"),
        (named(HookState::Theirs), "another's, which doesn't start this program"),
        (named(HookState::NotExecutable), "not executable, so git skips it"),
        (named(HookState::Outdated), "of an older form"),
    ];
    let troubles = troubles.into_iter().filter(|(stages, _)| !stages.is_empty());
    let mut why: Vec<String> =
        troubles.map(|(stages, what)| format!("{}: {what}", stages.join(", "))).collect();
    // Without shims the copy is no news.
    if wanted().any(|stage| matches!(stage.state, HookState::Current | HookState::Outdated)) {
        match &status.program_state {
            ProgramState::Missing => why.push("the copy of the program that they start is gone".to_owned()),
            ProgramState::Older { version } => {
                why.push(format!("they start xtask {version}, which is older than this one"));
            }
            ProgramState::Current | ProgramState::Newer { .. } | ProgramState::OtherBuild => {}
        }
    }
    if why.is_empty() {
        return NeedState::Met { found: status.folder.display().to_string() };
    }
    NeedState::Unmet { why: why.join("; "), fix: format!("{command} hooks install") }
}
