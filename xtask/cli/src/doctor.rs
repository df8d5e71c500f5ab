//! `xtask doctor`.

use xtask_core::model::{Events, ExitCode, Result};
use xtask_core::report::Format;

use crate::session::{Session, with_signals};
use crate::{areas, output};

/// Check that tools, versions and services are there.
///
/// Each problem comes with the command that mends it. Exits with 3 when something is missing, with 2 when xtask.toml is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(session: &Session, _: Args) -> Result<ExitCode> {
    output::human_or_json(session, "doctor")?;
    let (cx, wrong) = session.context_anyway(Vec::new(), Events::none())?;
    let needs = xtask_doctor::examine(&with_signals(cx), &areas::gates(), wrong.as_ref());
    match session.global.format {
        Format::Json => output::print_json(&xtask_doctor::json(&needs))?,
        _ => output::print(&xtask_doctor::show(&needs, session.style().colour))?,
    }
    Ok(xtask_doctor::exit_code(&needs, wrong.as_ref()))
}
