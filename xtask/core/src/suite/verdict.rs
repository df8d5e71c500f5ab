//! The verdict over a suite: what its cases and the end of its runner mean for the gate.

use std::path::Path;

use super::{compiler, last_lines};
use crate::model::{CaseStatus, Finding, Fingerprint, GateReport, Metric, Outcome, TEST_FAILED, TestCase};

/// The report of a suite. `ended_well`: its runner exited with 0; `tail`: what the runner printed (of the whole, or at least
/// its end), which tells why it ended otherwise.
///
/// - A failed case is a finding at its place, and the gate fails.
/// - No case failed, yet the runner did not end well: compile errors in `tail` are findings; without any, nobody knows what
///   was measured, and the gate is invalid.
/// - No case was run: the gate is invalid, never passed.
pub fn report(gate: &str, mut cases: Vec<TestCase>, ended_well: bool, tail: &str) -> GateReport {
    cases.sort_by(|a, b| (&a.suite, &a.name).cmp(&(&b.suite, &b.name)));
    let passed = count(&cases, CaseStatus::Passed);
    let skipped = count(&cases, CaseStatus::Skipped);
    let mut findings: Vec<Finding> = cases
        .iter()
        .filter(|case| case.status == CaseStatus::Failed)
        .map(|case| finding(gate, case))
        .collect();
    if !ended_well {
        findings.extend(compiler::errors("rustc", Path::new(""), tail));
    }
    let outcome = if !findings.is_empty() {
        Outcome::Failed
    } else if !ended_well {
        let lines = last_lines(tail, 8);
        Outcome::invalid(if lines.is_empty() {
            "the test runner failed without a word, and no test failed".to_owned()
        } else {
            format!("the test runner failed, and no test did; its last lines:\n{lines}")
        })
    } else if passed == 0 {
        Outcome::Invalid {
            why: match skipped {
                0 => "no test ran".to_owned(),
                skipped => format!("no test ran: {skipped} were skipped"),
            },
            fix: Some("check the filter, or name the runner in `[test] run`".to_owned()),
        }
    } else {
        Outcome::Passed
    };
    let (summary, metrics) = summarise(&cases);
    GateReport { outcome, summary, metrics, cases, ..GateReport::judged(gate, findings) }
}

/// The cases in one line (`12 tests, 1 failed`) and as metrics.
pub fn summarise(cases: &[TestCase]) -> (String, Vec<Metric>) {
    let passed = count(cases, CaseStatus::Passed);
    let failed = count(cases, CaseStatus::Failed);
    let skipped = count(cases, CaseStatus::Skipped);
    let mut parts = vec![match passed + failed {
        1 => "1 test".to_owned(),
        run => format!("{run} tests"),
    }];
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    if skipped > 0 {
        parts.push(format!("{skipped} skipped"));
    }
    let metrics = vec![
        Metric::count("tests-passed", passed),
        Metric::count("tests-failed", failed),
        Metric::count("tests-skipped", skipped),
    ];
    (parts.join(", "), metrics)
}

fn count(cases: &[TestCase], status: CaseStatus) -> usize {
    cases.iter().filter(|case| case.status == status).count()
}

/// A failed test as a finding. Its identity is its name: where it fails, and with what values, changes from run to run.
fn finding(gate: &str, case: &TestCase) -> Finding {
    let name =
        if case.suite.is_empty() { case.name.clone() } else { format!("{} {}", case.suite, case.name) };
    let message = match case.message.as_deref().map(essence) {
        Some(why) if !why.is_empty() => format!("{name} failed: {why}"),
        _ => format!("{name} failed"),
    };
    let fingerprint = Fingerprint::of([gate.as_bytes(), case.suite.as_bytes(), case.name.as_bytes()]);
    Finding { fingerprint, ..Finding::new(gate, TEST_FAILED, case.location.clone(), message) }
}

/// What a failure's output says in a few lines: from the panic's message on, else the last lines.
fn essence(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let panic = lines.iter().position(|line| line.starts_with("thread '") && line.contains(" panicked at "));
    match panic {
        Some(at) if at + 1 < lines.len() => {
            let until = lines[at + 1..]
                .iter()
                .position(|line| line.starts_with("thread '"))
                .map_or(lines.len(), |next| at + 1 + next);
            lines[at + 1..until.min(at + 7)].join("\n")
        }
        _ => lines[lines.len().saturating_sub(6)..].join("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str, status: CaseStatus, message: &str) -> TestCase {
        TestCase {
            suite: "s".into(),
            name: name.into(),
            status,
            wall_ms: None,
            message: (!message.is_empty()).then(|| message.to_owned()),
            location: None,
        }
    }

    #[test]
    fn every_end_has_its_outcome() {
        use CaseStatus::{Failed, Passed, Skipped};
        for (statuses, ended_well, tail, word) in [
            (&[Passed, Passed][..], true, "", "passed"),
            (&[Passed, Skipped], true, "", "passed"),
            (&[Passed, Failed], false, "", "failed"),
            (&[Failed], true, "", "failed"),
            (&[], true, "", "invalid"),
            (&[Skipped], true, "", "invalid"),
            (&[Passed], false, "killed", "invalid"),
            (&[], false, "", "invalid"),
            (&[], false, "error[E0425]: no x\n --> src/lib.rs:1:2\n", "failed"),
            (&[Passed], true, "error[E0425]: no x\n --> src/lib.rs:1:2\n", "passed"),
        ] {
            let cases = statuses.iter().map(|&status| case("t", status, "")).collect();
            let report = report("test", cases, ended_well, tail);
            assert_eq!(report.outcome.word(), word, "{statuses:?} {ended_well} {tail}");
        }
    }

    #[test]
    fn a_failure_is_told_by_its_panic() {
        let text = "out\n\nthread 'a' (1) panicked at src/lib.rs:1:2:\nassertion failed: x\n  left: 1\n\nthread 'b' panicked at y:1:1:\nz";
        let report = report("test", vec![case("a", CaseStatus::Failed, text)], false, "");
        assert_eq!(report.findings[0].message, "s a failed: assertion failed: x\n  left: 1");
        assert_eq!(report.summary, "1 test, 1 failed");
    }

    #[test]
    fn the_fingerprint_is_that_of_the_test() {
        let one = report("test", vec![case("a", CaseStatus::Failed, "left 1")], false, "");
        let two = report("test", vec![case("a", CaseStatus::Failed, "left 2")], false, "");
        assert_eq!(one.findings[0].fingerprint, two.findings[0].fingerprint);
    }
}
