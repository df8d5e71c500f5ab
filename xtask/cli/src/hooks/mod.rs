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

/// Git hooks: install and run them, or take over those of pre-commit, lefthook, husky.
///
/// `install` once; from then on git runs the stages that xtask.toml has. No run loses work: unstaged changes stay where they are.
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
    Install(install::InstallArgs),
    Uninstall(install::UninstallArgs),
    /// Show what is installed where
    Status,
    Run(run::RunArgs),
    /// Put things right after a run that was killed
    Recover,
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
