//! `xtask completions SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;
use xtask_core::model::{ExitCode, Result};

use crate::arguments::Cli;
use crate::output;

/// Print the completions of a shell.
///
/// For bash: xtask completions bash > ~/.local/share/bash-completion/completions/xtask
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "xtask", &mut text);
    output::print_bytes(&text)?;
    Ok(ExitCode::Passed)
}
