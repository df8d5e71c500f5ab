//! JUnit XML: a suite a gate. Tests are its cases; a gate without tests is one case.

use std::fmt::Write;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Suites, TestCase as Case, TestCaseStatus, TestSuite};

use super::tally::{Cases, new_findings, summary};
use super::text::{count, one_line, said_and_shown};
use crate::model::{CaseStatus, GateReport, Outcome, Report, TestCase};

/// How many findings a failed case lists.
const LISTED: usize = 1000;

pub(super) fn render(report: &Report) -> String {
    let mut suites = Suites::new(xml(&format!("xtask {}", report.command)));
    suites.set_time(Duration::from_millis(report.wall_ms));
    suites.add_test_suites(report.gates.iter().map(suite));
    suites.to_string().expect("XML into memory: all text is valid in XML 1.0")
}

fn suite(gate: &GateReport) -> TestSuite {
    let mut suite = TestSuite::new(xml(&gate.gate));
    suite.set_time(Duration::from_millis(gate.wall_ms));
    for metric in &gate.metrics {
        suite.add_property((xml(&metric.name), xml(&metric.value.to_string())));
    }
    suite.add_test_cases(gate.cases.iter().map(test));
    // Tests that all passed don't say that the gate did.
    let told = match gate.outcome {
        Outcome::Passed => !gate.cases.is_empty(),
        Outcome::Failed => Cases::of(gate).failed > 0,
        Outcome::Skipped { .. } | Outcome::Invalid { .. } => false,
    };
    if !told {
        suite.add_test_case(of_gate(gate));
    }
    suite
}

fn test(test: &TestCase) -> Case {
    let mut status = match test.status {
        CaseStatus::Passed => TestCaseStatus::success(),
        CaseStatus::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        CaseStatus::Skipped => TestCaseStatus::skipped(),
    };
    let message = test.message.as_deref().unwrap_or_default();
    match test.status {
        CaseStatus::Passed => {}
        CaseStatus::Skipped if message.is_empty() => {}
        CaseStatus::Skipped => {
            status.set_message(xml(&one_line(message)));
        }
        CaseStatus::Failed => {
            let first = message.lines().map(one_line).find(|line| !line.is_empty());
            status.set_message(xml(&first.unwrap_or_else(|| "failed".to_owned()))).set_type("failed");
            let place = test.location.as_ref().map(|at| format!("{at}\n")).unwrap_or_default();
            status.set_description(xml(&format!("{place}{message}")));
        }
    }
    let mut case = Case::new(xml(&test.name), status);
    case.set_classname(xml(&test.suite));
    if let Some(wall_ms) = test.wall_ms {
        case.set_time(Duration::from_millis(wall_ms));
    }
    case
}

/// The gate itself as a case.
fn of_gate(gate: &GateReport) -> Case {
    let status = match &gate.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Failed => {
            let findings = new_findings(gate);
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let message = if findings.is_empty() { summary(gate) } else { count(findings.len(), "finding") };
            status.set_message(xml(&message)).set_type("findings");
            let mut list = String::new();
            for finding in findings.iter().take(LISTED) {
                if let Some(location) = &finding.location {
                    let _ = write!(list, "{location}: ");
                }
                let (said, shown) = said_and_shown(&finding.message);
                let _ = writeln!(list, "{}: {said} [{}]", finding.severity, finding.rule);
                if !shown.is_empty() {
                    let _ = writeln!(list, "{shown}");
                }
            }
            if findings.len() > LISTED {
                let _ = writeln!(list, "… and {} more: see report.html", findings.len() - LISTED);
            }
            status.set_description(xml(&list));
            status
        }
        Outcome::Skipped { .. } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(xml(&why_and_fix(&gate.outcome)));
            status
        }
        Outcome::Invalid { .. } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(xml(&why_and_fix(&gate.outcome))).set_type("invalid");
            status
        }
    };
    let mut case = Case::new(xml(&gate.gate), status);
    case.set_classname("xtask").set_time(Duration::from_millis(gate.wall_ms));
    case
}

fn why_and_fix(outcome: &Outcome) -> String {
    let why = one_line(outcome.why().unwrap_or_default());
    match outcome.fix() {
        Some(fix) => format!("{why} → {}", one_line(fix)),
        None => why,
    }
}

/// Characters that XML 1.0 can hold; quick-junit takes out escape sequences and most control characters itself, not these.
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    #[test]
    fn gates_are_suites_and_tests_are_cases() {
        let read = Suites::deserialize_from_str(&render(&samples::mixed())).unwrap();
        let counts: Vec<_> = read
            .test_suites
            .iter()
            .map(|suite| (suite.name.to_string(), suite.tests, suite.failures, suite.errors, suite.skipped))
            .collect();
        let expected = [
            ("hooks", 1, 0, 0, 0),
            ("lint", 1, 1, 0, 0),
            ("test", 3, 1, 0, 1),
            ("coverage", 1, 0, 1, 0),
            ("visual", 1, 0, 0, 1),
        ];
        assert_eq!(
            counts,
            expected.map(|(name, tests, failures, errors, skipped)| (
                name.to_owned(),
                tests,
                failures,
                errors,
                skipped
            ))
        );
        let text = render(&samples::mixed());
        let told = "src/café.rs:12:5: warning: unneeded `return` statement [clippy::needless_return]\nremove `return`\n";
        assert!(text.contains(told), "{text}");
    }

    #[test]
    fn a_gate_that_fails_though_its_tests_pass_has_a_case_of_its_own() {
        let mut report = samples::mixed();
        report.gates.retain(|gate| gate.gate == "test");
        report.gates[0].cases.retain(|case| case.status == CaseStatus::Passed);
        let read = Suites::deserialize_from_str(&render(&report)).unwrap();
        assert_eq!((read.tests, read.failures), (2, 1));
    }

    #[test]
    fn what_xml_forbids_is_taken_out() {
        let text = render(&samples::of_text("a\u{0}b\u{1b}[31mc\u{1b}[0m\u{8}\u{b}\u{fffe}]]>&<\"'"));
        assert!(!text.contains(['\u{0}', '\u{8}', '\u{b}', '\u{1b}', '\u{fffe}']));
        assert!(Suites::deserialize_from_str(&text).is_ok(), "{text}");
    }

    proptest! {
        #[test]
        fn any_report_is_xml(report in samples::any_report()) {
            let text = render(&report);
            let valid = |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            prop_assert!(text.chars().all(valid));
            prop_assert!(Suites::deserialize_from_str(&text).is_ok());
        }
    }
}
