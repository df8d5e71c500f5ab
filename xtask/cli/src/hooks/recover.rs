//! `xtask hooks recover`.

use xtask_core::journal::Journal;
use xtask_core::model::{ExitCode, Result};

use crate::output::{human_or_json, print, print_json};
use crate::session::Session;

/// Puts things right after a run that was killed. The next run would do the same.
pub(super) fn run(session: &Session) -> Result<ExitCode> {
    human_or_json(session, "hooks recover")?;
    // What is to be put right stands in the journal.
    let (cx, _) = session.context_anyway(vec!["hooks".to_owned()], xtask_core::model::Events::none())?;
    if session.global.plan {
        return plan(session, cx.repo.as_ref().is_some_and(Journal::is_pending));
    }
    let told = xtask_hooks::recover(&cx)?;
    if session.global.format == xtask_core::report::Format::Json {
        print_json(&serde_json::json!({ "recovered": told }))?;
    } else if told.is_empty() {
        print("nothing to recover: no run was killed while it changed files\n")?;
    } else {
        print(&(told.join("\n") + "\n"))?;
    }
    Ok(ExitCode::Passed)
}

/// Says whether there is something to recover.
fn plan(session: &Session, pending: bool) -> Result<ExitCode> {
    crate::output::plan(session, &serde_json::json!({ "pending": pending }), || {
        Ok(if pending {
            "a run was killed while it changed files: they would be put right\n".to_owned()
        } else {
            "nothing to recover: no run was killed while it changed files\n".to_owned()
        })
    })
}
