//! `xtask man`.

use clap::CommandFactory;
use xtask_core::model::{ExitCode, Problem, Result};

use crate::arguments::Cli;
use crate::output;

/// Print the manual page.
///
/// To read it: xtask man | man -l -
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The page of this command
    command: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let mut command = Cli::command();
    command.build();
    if let Some(name) = args.command {
        let known: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        command = command.find_subcommand(&name).cloned().ok_or_else(|| {
            Problem::usage(format!("there is no command `{name}`"))
                .why(format!("the commands are {}", known.join(", ")))
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|cause| Problem::invalid("can't render the manual page").why(cause))?;
    output::print_bytes(&page)?;
    Ok(ExitCode::Passed)
}
