//! `xtask schema`.

use xtask_core::model::{ExitCode, Result};

use crate::{areas, output};

/// Print the JSON Schema of xtask.toml.
///
/// Editors complete and check the file by it: put `#:schema ./xtask.schema.json` on the file's first line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Of what
    #[arg(default_value = "config")]
    of: Of,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// Of xtask.toml
    Config,
    /// Of report.json, and of what `--format json` prints
    Report,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let schema = match args.of {
        Of::Config => xtask_core::config::schema(&areas::sections()),
        Of::Report => xtask_core::report::json_schema(),
    };
    output::print_json(&schema)?;
    Ok(ExitCode::Passed)
}
