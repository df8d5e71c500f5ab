//! What a report comes to, in numbers and in one line: the same for every output.

use super::text::{count, duration, one_line};
use crate::model::{CaseStatus, Finding, GateReport, Outcome, Report, State, Step, TEST_FAILED};

/// How the tests of a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cases {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
}

impl Cases {
    /// Those of one gate.
    pub(super) fn of(gate: &GateReport) -> Self {
        gate.cases.iter().fold(Self::default(), |mut sum, case| {
            match case.status {
                CaseStatus::Passed => sum.passed += 1,
                CaseStatus::Failed => sum.failed += 1,
                CaseStatus::Skipped => sum.skipped += 1,
            }
            sum
        })
    }

    /// Those of a run, `None` where no gate ran tests. A gate that takes its tests over from another counts once.
    pub(super) fn of_run(report: &Report) -> Option<Self> {
        let gates: Vec<&GateReport> = report.gates.iter().filter(|gate| !gate.cases.is_empty()).collect();
        let own = gates
            .iter()
            .enumerate()
            .filter(|(at, gate)| gates[..*at].iter().all(|before| before.cases != gate.cases));
        own.map(|(_, gate)| Self::of(gate)).reduce(|a, b| Self {
            passed: a.passed + b.passed,
            failed: a.failed + b.failed,
            skipped: a.skipped + b.skipped,
        })
    }

    /// The line that CI systems read.
    pub(super) fn line(self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// The findings that count against a gate, most severe first, then by place.
pub(super) fn new_findings(gate: &GateReport) -> Vec<&Finding> {
    let mut found: Vec<&Finding> =
        gate.findings.iter().filter(|finding| finding.state == State::New).collect();
    found.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.sort_key().cmp(&b.sort_key())));
    found
}

/// As [`new_findings`], for pages that list the failed tests as well: those are not told twice.
pub(super) fn findings_beside_cases(gate: &GateReport) -> Vec<&Finding> {
    let mut found = new_findings(gate);
    found.retain(|finding| gate.cases.is_empty() || finding.rule != TEST_FAILED);
    found
}

/// How many findings are new, and how many the baseline holds.
pub(super) fn new_and_known(gate: &GateReport) -> (usize, usize) {
    let new = gate.findings.iter().filter(|finding| finding.state == State::New).count();
    (new, gate.findings.len() - new)
}

/// The cell that says what a gate found: its own summary and what it started, or what its numbers say.
pub(super) fn summary(gate: &GateReport) -> String {
    let own = one_line(&gate.summary);
    if !own.is_empty() {
        return std::iter::once(own).chain(gate.steps.iter().map(step)).collect::<Vec<_>>().join(", ");
    }
    if let Some(why) = gate.outcome.why() {
        return one_line(why);
    }
    let mut parts = Vec::new();
    if !gate.cases.is_empty() {
        parts.push(Cases::of(gate).line());
    }
    let (new, known) = new_and_known(gate);
    if new > 0 {
        parts.push(count(new, "finding"));
    }
    if known > 0 {
        parts.push(format!("{known} known"));
    }
    if parts.is_empty() {
        let metrics = gate.metrics.iter().take(3);
        parts.extend(metrics.map(|metric| format!("{} {}", one_line(&metric.name), metric.show())));
    }
    parts.join(", ")
}

/// `ruff (120 ms in the snapshot)`.
fn step(step: &Step) -> String {
    let time = step.wall_ms.map(duration);
    let note = Some(one_line(&step.note)).filter(|note| !note.is_empty());
    let told: Vec<String> = time.into_iter().chain(note).collect();
    let name = one_line(&step.name);
    if told.is_empty() { name } else { format!("{name} ({})", told.join(" ")) }
}

/// Whether any gate measured anything.
pub(super) fn measured(report: &Report) -> bool {
    report.gates.iter().any(|gate| !matches!(gate.outcome, Outcome::Skipped { .. }))
}

/// What the exit code says, in a word or two.
pub(super) fn headline(report: &Report) -> &'static str {
    match report.exit_code {
        // It must not look as if it had.
        0 if !measured(report) => "nothing measured",
        0 => "passed",
        1 => "failed",
        2 => "wrong usage or configuration",
        3 => "something is missing",
        4 => "can't tell",
        130 => "interrupted",
        143 => "terminated",
        _ => "ended",
    }
}

/// One line for the whole run: the headline, of several gates those that are not well by name, and the time.
pub(super) fn verdict(report: &Report) -> String {
    if report.gates.len() == 1 {
        return format!("{} ({})", headline(report), duration(report.wall_ms));
    }
    let named = |word: &str| -> Option<String> {
        let names: Vec<String> = report
            .gates
            .iter()
            .filter(|gate| gate.outcome.word() == word)
            .map(|gate| one_line(&gate.gate))
            .collect();
        (!names.is_empty()).then(|| format!("{word}: {}", names.join(", ")))
    };
    let passed = report.gates.iter().filter(|gate| gate.outcome == Outcome::Passed).count();
    let parts: Vec<String> = [named("failed"), named("invalid"), named("skipped")]
        .into_iter()
        .flatten()
        .chain(
            (!report.gates.is_empty())
                .then(|| format!("{passed} of {} passed", count(report.gates.len(), "gate"))),
        )
        .chain([duration(report.wall_ms)])
        .collect();
    format!("{} ({})", headline(report), parts.join("; "))
}

/// The mark of an outcome, which is told apart without colour.
pub(super) fn symbol(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Passed => '✓',
        Outcome::Failed => '✗',
        Outcome::Skipped { .. } => '–',
        Outcome::Invalid { .. } => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn tests_taken_over_from_another_gate_count_once() {
        let mut report = samples::mixed();
        let once = Cases::of_run(&report).unwrap();
        let tests = report.gates.iter().find(|gate| !gate.cases.is_empty()).unwrap().clone();
        report.gates.push(GateReport { gate: "coverage-of-tests".into(), ..tests });
        assert_eq!(Cases::of_run(&report), Some(once));
        assert_eq!(Cases::of_run(&Report::new("ci", vec![], false, false, 0)), None);
    }

    #[test]
    fn the_verdict_names_what_is_not_well() {
        let verdict = verdict(&samples::mixed());
        for part in [
            "can't tell (",
            "failed: lint, test",
            "invalid: coverage",
            "skipped: visual",
            "1 of 5 gates passed",
            "12.3 s",
        ] {
            assert!(verdict.contains(part), "{part:?} in {verdict}");
        }
    }

    #[test]
    fn a_gate_alone_is_not_named_again() {
        let mut report = samples::mixed();
        report.gates.truncate(1);
        report.exit_code = 0;
        assert_eq!(verdict(&report), "passed (12.3 s)");
    }

    #[test]
    fn a_gate_without_a_summary_shows_its_numbers() {
        let mut gate = GateReport::new("g", Outcome::Passed);
        assert_eq!(summary(&gate), "");
        gate.metrics.push(crate::model::Metric::count("files", 1200));
        assert_eq!(summary(&gate), "files 1,200");
        gate.findings.push(Finding::new("t", "r", None, "m"));
        assert_eq!(summary(&gate), "1 finding");
    }
}
