//! One report of several runs.

use xtask_core::model::{GateReport, Outcome};

/// The reports as one; of none: nothing to do, for this reason.
pub(super) fn together(reports: impl IntoIterator<Item = GateReport>, none: &str) -> GateReport {
    let mut reports = reports.into_iter();
    let Some(mut whole) = reports.next() else {
        return GateReport::new("hooks", Outcome::nothing_to_do(none));
    };
    for part in reports {
        whole.outcome = whole.outcome.and(part.outcome);
        for finding in part.findings {
            if !whole.findings.contains(&finding) {
                whole.findings.push(finding);
            }
        }
        for missing in part.missing {
            if !whole.missing.contains(&missing) {
                whole.missing.push(missing);
            }
        }
        whole.summary = [whole.summary, part.summary].join("; ");
        whole.steps.extend(part.steps);
        whole.wall_ms += part.wall_ms;
    }
    whole
}
