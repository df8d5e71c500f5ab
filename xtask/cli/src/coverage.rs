//! `xtask coverage`.

#[cfg(feature = "coverage")]
use std::path::PathBuf;

use xtask_core::model::{ExitCode, Result};

use crate::session::Session;

/// Coverage gates.
///
/// Without a subcommand: measures as [coverage] says, and holds the numbers against their limits and coverage-baseline.json.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[cfg(feature = "coverage")]
    #[command(subcommand)]
    command: Option<Command>,

    #[cfg(feature = "coverage")]
    #[command(flatten)]
    run: RunArgs,
}

#[cfg(feature = "coverage")]
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Measure, and hold the numbers against their limits (what `coverage` alone does)
    Run(RunArgs),
    /// Run a Cargo workspace's tests and write their line coverage as lcov; needs no tool but the compiler
    Rust {
        /// The file to write [default: lcov.info in the report folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show the numbers of reports that are there already
    Show(ReadArgs),
    /// Show the coverage of what changed since a revision
    Diff {
        /// The revision: its merge base with HEAD is compared with the working tree
        #[arg(long, value_name = "REF")]
        base: String,

        #[command(flatten)]
        read: ReadArgs,
    },
}

#[cfg(feature = "coverage")]
#[derive(Debug, clap::Args)]
struct RunArgs {
    /// Hold what changed since this revision against patch-min, too
    #[arg(long, value_name = "REF")]
    since: Option<String>,

    /// Write what was measured to coverage-baseline.json
    #[arg(long)]
    update_baseline: bool,

    #[command(flatten)]
    read: ReadArgs,
}

#[cfg(feature = "coverage")]
#[derive(Debug, clap::Args)]
struct ReadArgs {
    /// A report to read: lcov (repeatable) [default: those of the configuration]
    #[arg(long, value_name = "FILE")]
    input: Vec<PathBuf>,
}

#[cfg(feature = "coverage")]
pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    use xtask_core::gate::Scope;
    use xtask_coverage::RunOptions;

    use crate::output::Reporting;
    use crate::session::with_signals;

    let command = args.command.unwrap_or(Command::Run(args.run));
    let scope = match &command {
        Command::Run(run) => run.since.clone().map_or(Scope::All, Scope::Since),
        Command::Rust { .. } | Command::Show(_) | Command::Diff { .. } => Scope::All,
    };
    if session.global.plan {
        return crate::ci::run_one(session, "coverage", scope);
    }
    let reporting = Reporting::start(session);
    let cx = with_signals(session.context(scope, vec!["coverage".to_owned()], reporting.events())?);
    let end = match command {
        Command::Run(run) => {
            let options = RunOptions { inputs: run.read.input, update_baseline: run.update_baseline };
            xtask_coverage::run(&cx, &options).map(|report| (report, None))
        }
        Command::Rust { out } => xtask_coverage::run_rust(&cx, out).map(|report| (report, None)),
        Command::Show(read) => return show(session, &xtask_coverage::show(&cx, &read.input)?),
        Command::Diff { base, read } => xtask_coverage::diff(&cx, &base, &read.input)
            .and_then(|(patch, report)| Ok((report, Some(to_json(&patch)?)))),
    };
    reporting.finish_one(session, &cx, "coverage", end)
}

/// `coverage show` judges nothing: it prints.
#[cfg(feature = "coverage")]
fn show(session: &Session, summary: &xtask_coverage::Summary) -> Result<ExitCode> {
    use crate::output;

    output::human_or_json(session, "coverage show")?;
    match session.global.format {
        xtask_core::report::Format::Json => output::print_json(&to_json(summary)?)?,
        _ => output::print(&format!("{summary}"))?,
    }
    Ok(ExitCode::Passed)
}

#[cfg(feature = "coverage")]
fn to_json(numbers: &impl serde::Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(numbers)
        .map_err(|cause| xtask_core::model::Problem::invalid("can't write the numbers as JSON").why(cause))
}

#[cfg(not(feature = "coverage"))]
pub(crate) fn run(_: &Session, _: Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("coverage"))
}
