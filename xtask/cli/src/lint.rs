//! `xtask lint`.

use xtask_core::model::{ExitCode, Result};

use crate::session::Session;

/// Static analysis, compared with a baseline.
///
/// Runs the tools that the repository suggests or [lint] configures. What lint-baseline.json holds is known and doesn't
/// fail; what is new does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Tell just what lies on lines that changed since this revision
    #[arg(long, value_name = "REF")]
    since: Option<String>,

    /// Let the tools mend what they can, then look again
    #[arg(long)]
    fix: bool,

    /// Accept all findings: write them to the baseline
    #[arg(long)]
    update_baseline: bool,
}

#[cfg(feature = "lint")]
pub(crate) fn run(session: &Session, args: Args) -> Result<ExitCode> {
    use xtask_core::gate::Scope;
    use xtask_lint::{Options, json};

    use crate::output::Reporting;
    use crate::session::with_signals;

    let scope = args.since.map_or(Scope::All, Scope::Since);
    if session.global.plan {
        return crate::ci::run_one(session, "lint", scope);
    }
    let reporting = Reporting::start(session);
    let cx = with_signals(session.context(scope, vec!["lint".to_owned()], reporting.events())?);
    let options = Options { fix: args.fix, update_baseline: args.update_baseline };
    let end = xtask_lint::run(&cx, options);
    let end = end.map(|linted| {
        let own = json(&linted.report, linted.fixed);
        (linted.report, Some(own))
    });
    reporting.finish_one(session, &cx, "lint", end)
}

#[cfg(not(feature = "lint"))]
pub(crate) fn run(_: &Session, _: Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("lint"))
}
