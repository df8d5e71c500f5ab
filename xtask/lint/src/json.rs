//! `lint --format json`.

use serde_json::{Value, json};
use xtask_core::model::{Finding, GateReport};

/// All findings of a report, and how many `--fix` mended: `{"findings":[{"tool","rule","severity","path","line","message","fingerprint",
/// "state"}],"fixed":N}`. Where the tool gives no line, `line` is 1 and `"whole-file"` is true.
pub fn json(report: &GateReport, fixed: usize) -> Value {
    let findings: Vec<Value> = report.findings.iter().map(finding).collect();
    json!({ "findings": findings, "fixed": fixed })
}

fn finding(finding: &Finding) -> Value {
    let place = finding.location.as_ref();
    let line = place.and_then(|at| at.line);
    let mut value = json!({
        "tool": finding.tool,
        "rule": finding.rule,
        "severity": finding.severity,
        "path": place.map(|at| at.path.to_string()).unwrap_or_default(),
        "line": line.unwrap_or(1),
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "state": finding.state,
    });
    if line.is_none() {
        value["whole-file"] = true.into();
    }
    value
}

#[cfg(test)]
mod tests {
    use xtask_core::model::Location;

    use super::*;

    #[test]
    fn the_shape_is_that_of_the_contract() {
        let at_line = Finding::new("clippy", "r", Some(Location::line("a.rs".into(), 3)), "m");
        let whole = Finding::new("t", "r", Some(Location::file("b.rs".into())), "n");
        let (one, two) = (at_line.fingerprint.to_string(), whole.fingerprint.to_string());
        let report = GateReport::judged("lint", vec![at_line, whole]);
        assert_eq!(
            json(&report, 2),
            json!({
                "findings": [
                    {"tool": "clippy", "rule": "r", "severity": "error", "path": "a.rs", "line": 3, "message": "m", "fingerprint": one, "state": "new"},
                    {"tool": "t", "rule": "r", "severity": "error", "path": "b.rs", "line": 1, "message": "n", "fingerprint": two, "state": "new", "whole-file": true},
                ],
                "fixed": 2
            })
        );
    }
}
