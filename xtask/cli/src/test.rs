//! `xtask test`.

use xtask_core::model::{ExitCode, Result};

use crate::session::Session;

/// Run the project's tests.
///
/// Runs what `[test] run` says, or what is detected: nextest or cargo test, pytest, npm test. Failures are told with file and
/// line; junit.xml lies with the reports.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Passed on to the test runner
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

#[cfg(feature = "test")]
pub(crate) fn run(session: &Session, args: &Args) -> Result<ExitCode> {
    use xtask_core::gate::Scope;

    use crate::output::Reporting;
    use crate::session::with_signals;

    if session.global.plan {
        return crate::ci::run_one(session, "test", Scope::All);
    }
    let reporting = Reporting::start(session);
    let cx = with_signals(session.context(Scope::All, vec!["test".to_owned()], reporting.events())?);
    let end = xtask_test::run(&cx, &args.arguments);
    reporting.finish_one(session, &cx, "test", end.map(|report| (report, None)))
}

#[cfg(not(feature = "test"))]
pub(crate) fn run(_: &Session, _: &Args) -> Result<ExitCode> {
    Err(crate::areas::left_out("test"))
}
