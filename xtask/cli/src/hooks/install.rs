//! `xtask hooks install`, `uninstall` and `status`.

use serde::Serialize;
use xtask_core::gate::Context;
use xtask_core::model::{Events, ExitCode, Problem, Result};
use xtask_core::report::Format;
use xtask_hooks::install::{self, GlobalKind, HookState, InstallOptions};
use xtask_hooks::{HooksSection, Stage};

use crate::output::{self, human_or_json, print, print_json};
use crate::session::Session;

/// Install the hooks that git runs.
///
/// Each is a few lines of sh in the repository's hooks folder (`core.hooksPath` counts). They start a copy of this program that lies in
/// the git folder, so that they work without Cargo, from graphical clients, and after `cargo clean`. A hook that is there already is
/// kept, and runs first. Run it again after an update of xtask, or of the stages in xtask.toml.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  xtask hooks install                          in this repository
  xtask hooks install --global                 for all repositories, by core.hooksPath
  xtask hooks install --global=template-dir    for those that are made or cloned from now on")]
pub(super) struct InstallArgs {
    /// For all repositories of this user: by git's core.hooksPath, or init.templateDir
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "hooks-path")]
    global: Option<How>,

    /// Replace what is another's; it is kept, and `uninstall` puts it back
    #[arg(long)]
    force: bool,
}

/// Take the hooks out again, and put back what was there.
#[derive(Debug, clap::Args)]
pub(super) struct UninstallArgs {
    /// Those of `install --global`
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "hooks-path")]
    global: Option<How>,
}

/// By which setting of git hooks are installed for all repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum How {
    /// core.hooksPath: all repositories; each one's own hooks still run
    HooksPath,
    /// init.templateDir: those that are made or cloned from now on
    TemplateDir,
}

impl From<How> for GlobalKind {
    fn from(how: How) -> Self {
        match how {
            How::HooksPath => Self::HooksPath,
            How::TemplateDir => Self::TemplateDir,
        }
    }
}

pub(super) fn install(session: &Session, args: &InstallArgs) -> Result<ExitCode> {
    let cx = context(session, "hooks install")?;
    let section: HooksSection = cx.config.section_or_default()?;
    let options = InstallOptions {
        global: args.global.map(GlobalKind::from),
        stages: install::configured(&section),
        force: args.force,
        plan: session.global.plan,
    };
    let installed = install::install(&cx, &options)?;
    tell(session, &installed, &installed.lines())
}

pub(super) fn uninstall(session: &Session, args: &UninstallArgs) -> Result<ExitCode> {
    // What to take out shows in the hooks themselves.
    let (cx, _) = context_anyway(session, "hooks uninstall")?;
    let take_out = if session.global.plan { install::plan_uninstall } else { install::uninstall };
    let removed = take_out(&cx, args.global.map(GlobalKind::from))?;
    tell(session, &removed, &removed.lines())
}

pub(super) fn status(session: &Session) -> Result<ExitCode> {
    let (cx, wrong) = context_anyway(session, "hooks status")?;
    let section: HooksSection = cx.config.section_or_default()?;
    // Where the configuration can't be read, no hook is called unwanted.
    let wanted = if wrong.is_some() { Stage::ALL.to_vec() } else { install::configured(&section) };
    let mut status = install::status(&cx, &wanted)?;
    if wrong.is_some() {
        status.stages.retain(|stage| stage.state != HookState::Absent);
    }
    status
        .notes
        .extend(wrong.iter().map(|wrong| format!("which stages are wanted isn't known: {}", wrong.what)));
    let code = tell(session, &status, &status.lines())?;
    Ok(wrong.map_or(code, |wrong| output::problem(&wrong, session.error_style().colour)))
}

fn context(session: &Session, command: &str) -> Result<Context> {
    human_or_json(session, command)?;
    session.server_context(vec!["hooks".to_owned()], Events::none())
}

fn context_anyway(session: &Session, command: &str) -> Result<(Context, Option<Problem>)> {
    human_or_json(session, command)?;
    session.server_context_anyway(vec!["hooks".to_owned()], Events::none())
}

fn tell(session: &Session, data: &impl Serialize, lines: &[String]) -> Result<ExitCode> {
    match session.global.format {
        Format::Json => print_json(&serde_json::json!(data))?,
        _ => print(&(lines.join("\n") + "\n"))?,
    }
    Ok(ExitCode::Passed)
}
