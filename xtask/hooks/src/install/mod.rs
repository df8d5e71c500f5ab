//! `hooks install`, `uninstall` and `status`: the shims that git runs, the copy of the program that they start, and the hooks that were
//! there before. Nothing that was there is lost: it is kept beside the shim, run by it, and put back.

mod folder;
mod git;
mod global;
mod local;
mod manager;
mod not_run;
mod place;
mod program;
mod shim;
mod show;
mod siblings;
mod status;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::path::PathBuf;

use serde::Serialize;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};
use xtask_core::repo::Repo;

pub use folder::Whose;
pub use not_run::not_run;
pub use program::ProgramState;
pub use status::{HookState, StageStatus, Status, need, status};

use crate::section::HooksSection;
use crate::stage::Stage;

/// How hooks are installed for all of a user's repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GlobalKind {
    /// By `init.templateDir`: repositories that are made or cloned from now on get the hooks.
    TemplateDir,
    /// By `core.hooksPath`: all repositories have them, and each repository's own hooks are run by them.
    HooksPath,
}

impl GlobalKind {
    /// Git's setting.
    pub fn setting(self) -> &'static str {
        match self {
            Self::TemplateDir => "init.templateDir",
            Self::HooksPath => "core.hooksPath",
        }
    }
}

/// What to install.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// For all of the user's repositories; `None`: for this one.
    pub global: Option<GlobalKind>,
    /// The stages that get a shim in this repository ([`configured`]); a global installation has all.
    pub stages: Vec<Stage>,
    /// Whether a tracked file, a folder that is another's, and another value of git's setting may be replaced. They are kept, and put back
    /// by [`uninstall`].
    pub force: bool,
    /// Whether it is only said what would be done.
    pub plan: bool,
}

/// The stages that need a shim: what `xtask.toml` has a table for; pre-commit, whose default checks need none; and post-commit, where the
/// index learns of a fix after `git commit -- PATH`.
pub fn configured(section: &HooksSection) -> Vec<Stage> {
    let always = [Stage::PreCommit, Stage::PostCommit];
    Stage::ALL.into_iter().filter(|stage| always.contains(stage) || section.stage(*stage).is_some()).collect()
}

/// What was done, for `--format json` and [`Installed::lines`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Installed {
    /// The folder of the hooks.
    pub folder: PathBuf,
    /// The copy of the program.
    pub program: PathBuf,
    /// Whether that is new.
    pub program_changed: bool,
    /// What was done for each hook.
    pub hooks: Vec<HookDone>,
    /// What else a person should know.
    pub notes: Vec<String>,
    /// Whether nothing was done, and all this is what would be.
    pub plan: bool,
}

/// What was done for one hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct HookDone {
    /// Git's name of it.
    pub hook: String,
    /// What was done.
    pub change: Change,
    /// The hook that was there before and is run first, or was put back.
    pub before: Option<PathBuf>,
    /// Whether that is run: git runs what is executable, and so do we.
    pub before_runs: bool,
}

/// What was done for a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is new.
    Installed,
    /// It was ours, and of an older form.
    Updated,
    /// It was there as it should be.
    Kept,
    /// It was ours and is taken away.
    Removed,
}

/// Installs the hooks, or brings them up to date; again is fine. A kill at any moment leaves each hook either as it was or as it will be, and
/// running again goes on.
///
/// # Errors
/// Where it would replace what isn't ours to replace (see [`InstallOptions::force`]); nothing is changed then.
pub fn install(cx: &Context, options: &InstallOptions) -> Result<Installed> {
    let from = program::running()?;
    match options.global {
        Some(kind) => global::install(cx, kind, options.force, &from, options.plan),
        None => local::install(cx, &options.stages, options.force, &from, options.plan),
    }
}

/// Takes away what [`install`] put there, and puts back what was there before, to the byte and the mode. Without an installation it
/// does nothing.
pub fn uninstall(cx: &Context, global: Option<GlobalKind>) -> Result<Installed> {
    take_out(cx, global, false)
}

/// What [`uninstall`] would do. Nothing is changed.
pub fn plan_uninstall(cx: &Context, global: Option<GlobalKind>) -> Result<Installed> {
    take_out(cx, global, true)
}

fn take_out(cx: &Context, global: Option<GlobalKind>, plan: bool) -> Result<Installed> {
    match global {
        Some(kind) => global::uninstall(cx, kind, plan),
        None => local::uninstall(cx, plan),
    }
}

fn repository(cx: &Context) -> Result<&Repo> {
    cx.repo.as_ref().ok_or_else(|| {
        Problem::usage(format!("{} is in no git repository", cx.root.display()))
            .fix("run this in a clone, or `git init` first")
    })
}
