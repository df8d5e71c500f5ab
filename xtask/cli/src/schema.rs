//! `xtask schema`.

use xtask_core::model::{ExitCode, Result};

use crate::{areas, output};

/// Print the JSON Schema of xtask.toml.
///
/// Editors complete and check the file by it: put `#:schema ./xtask.schema.json` on the file's first line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the schema of report.json instead
    #[arg(long)]
    report: bool,
}

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let schema = if args.report {
        xtask_core::report::json_schema()
    } else {
        xtask_core::config::schema(&areas::sections())
    };
    output::print_json(&schema)?;
    Ok(ExitCode::Passed)
}
