//! `xtask hooks`: its subcommands.

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
    /// Run a stage: as git would, or over chosen files
    Run(run::RunArgs),
    /// Put things right after a run that was killed
    Recover,
}

#[cfg(feature = "hooks")]
pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Run(args) => run::run(session, args),
        Command::Recover => recover::run(session),
    }
}

#[cfg(not(feature = "hooks"))]
pub(crate) fn run(_: &Session, _: Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("hooks"))
}
