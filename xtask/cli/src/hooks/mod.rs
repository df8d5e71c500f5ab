//! `xtask hooks`: its subcommands.

#[cfg(feature = "hooks")]
mod import;
#[cfg(feature = "hooks")]
mod install;
#[cfg(feature = "hooks")]
mod recover;
#[cfg(feature = "hooks")]
mod run;

use xtask_core::model::{ExitCode, Result};

use crate::session::Session;

/// Git hooks that can't lose work: install them once, or run a stage by hand.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[cfg(feature = "hooks")]
    #[command(subcommand)]
    command: Command,
}

#[cfg(feature = "hooks")]
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Install the hooks that git runs
    Install(install::InstallArgs),
    /// Take the hooks out again, and put back what was there
    Uninstall(install::UninstallArgs),
    /// Show what is installed where
    Status,
    /// Run a stage: as git would, or over chosen files
    Run(run::RunArgs),
    /// Put things right after a run that was killed
    Recover,
    /// Take over the configuration of pre-commit, lefthook or husky
    Import(import::ImportArgs),
}

#[cfg(feature = "hooks")]
pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Install(args) => install::install(session, &args),
        Command::Uninstall(args) => install::uninstall(session, &args),
        Command::Status => install::status(session),
        Command::Run(args) => run::run(session, args),
        Command::Recover => recover::run(session),
        Command::Import(args) => import::run(session, &args),
    }
}

#[cfg(not(feature = "hooks"))]
pub(crate) fn run(_: &Session, _: Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("hooks"))
}
