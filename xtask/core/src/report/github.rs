//! GitHub Actions: annotations, by workflow commands on standard output.
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write;

use super::tally::{Cases, new_findings, verdict};
use super::text::{clean, one_line};
use crate::model::{CaseStatus, GateReport, Location, Outcome, Report, Severity, Skip};

/// How many annotations of one kind GitHub shows for a step: more are dropped without a word.
const SHOWN_OF_A_KIND: usize = 10;

/// One annotation.
struct Annotation<'a> {
    severity: Severity,
    title: String,
    message: String,
    location: Option<&'a Location>,
}

/// What could not tell first, then what is new, most severe first; then how many GitHub would have dropped, and the verdict.
pub(super) fn render(report: &Report) -> String {
    let mut annotations: Vec<Annotation<'_>> = report.gates.iter().filter_map(of_outcome).collect();
    annotations.extend(report.gates.iter().flat_map(of_missing));
    for gate in &report.gates {
        annotations.extend(of_findings(gate));
        annotations.extend(of_cases(gate));
    }
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of_kind: Vec<_> = annotations.iter().filter(|one| one.severity == severity).collect();
        for one in of_kind.iter().take(SHOWN_OF_A_KIND) {
            write_command(&mut text, one);
        }
        let left_out = of_kind.len().saturating_sub(SHOWN_OF_A_KIND);
        if left_out > 0 {
            let _ = writeln!(
                text,
                "{left_out} more of kind {severity} not annotated (GitHub shows {SHOWN_OF_A_KIND} a step): see the step summary or report.html"
            );
        }
    }
    // A line that begins with `::` would be read as a command.
    let _ = writeln!(text, "xtask {}: {}", one_line(&report.command), verdict(report));
    if let Some(cases) = Cases::of_run(report) {
        let _ = writeln!(text, "{}", cases.line());
    }
    text
}

fn of_outcome(gate: &GateReport) -> Option<Annotation<'_>> {
    let severity = match &gate.outcome {
        Outcome::Invalid { .. } => Severity::Error,
        Outcome::Skipped { reason: Skip::Missing, .. } => Severity::Warning,
        _ => return None,
    };
    let mut message = gate.outcome.why().unwrap_or_default().to_owned();
    if let Some(fix) = gate.outcome.fix() {
        let _ = write!(message, "\n→ {fix}");
    }
    Some(Annotation {
        severity,
        title: format!("{}: {}", gate.gate, gate.outcome.word()),
        message,
        location: None,
    })
}

fn of_missing(gate: &GateReport) -> impl Iterator<Item = Annotation<'_>> {
    gate.untold_missing().map(|part| Annotation {
        severity: if part.required { Severity::Error } else { Severity::Warning },
        title: format!("{}: not all of it ran", gate.gate),
        message: format!("{}\n→ {}", part.why, part.fix),
        location: None,
    })
}

fn of_findings(gate: &GateReport) -> impl Iterator<Item = Annotation<'_>> {
    new_findings(gate).into_iter().map(|finding| {
        let mut message = finding.message.clone();
        if let Some(fix) = &finding.fix {
            let _ = write!(message, "\n→ {fix}");
        }
        Annotation {
            severity: finding.severity,
            title: if finding.tool == finding.rule {
                finding.rule.clone()
            } else {
                format!("{}: {}", finding.tool, finding.rule)
            },
            message,
            location: finding.location.as_ref(),
        }
    })
}

/// Failed tests, where the gate doesn't tell of them as findings.
fn of_cases(gate: &GateReport) -> impl Iterator<Item = Annotation<'_>> {
    let told = gate.findings.iter().any(|finding| finding.severity == Severity::Error);
    gate.cases.iter().filter(move |case| !told && case.status == CaseStatus::Failed).map(|case| Annotation {
        severity: Severity::Error,
        title: format!("{} failed", case.name),
        message: case.message.clone().unwrap_or_else(|| "failed".to_owned()),
        location: case.location.as_ref(),
    })
}

fn write_command(text: &mut String, one: &Annotation<'_>) {
    let mut properties = Vec::new();
    if let Some(location) = one.location {
        properties.push(("file", location.path.to_string()));
        let numbers = [
            ("line", location.line),
            ("endLine", location.line.and(location.end_line)),
            ("col", location.line.and(location.column)),
            ("endColumn", location.line.and(location.column).and(location.end_column)),
        ];
        properties.extend(numbers.into_iter().filter_map(|(name, value)| Some((name, value?.to_string()))));
    }
    properties.push(("title", one_line(&one.title)));
    let command = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let properties: Vec<String> =
        properties.into_iter().map(|(name, value)| format!("{name}={}", escape_property(&value))).collect();
    let message = escape_message(clean(&one.message).trim_end());
    let _ = writeln!(text, "::{command} {}::{message}", properties.join(","));
}

fn escape_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_run_is_annotated() {
        let expected = "\
::error title=coverage%3A invalid::lcov.info speaks of line 90 of src/lib.rs, which has 80%0A→ cargo xtask coverage rust
::error file=src/main.rs,title=rustfmt::not formatted%0A→ cargo fmt
::error file=src/lib.rs,line=40,title=model%3A%3Asums failed::assertion `left == right` failed%0A  left: 4%0A right: 5
::warning title=visual%3A skipped::no Chromium on PATH%0A→ apt-get install chromium
::warning file=src/café.rs,line=12,endLine=12,col=5,endColumn=31,title=clippy%3A clippy%3A%3Aneedless_return::unneeded `return` statement%0Aremove `return`%0A→ cargo clippy --fix
::notice title=deny%3A advisory::no advisory database
xtask ci: can't tell (failed: lint, test; invalid: coverage; skipped: visual; 1 of 5 gates passed; 12.3 s)
1 passed, 1 failed, 1 skipped
";
        assert_eq!(render(&samples::mixed()), expected);
    }

    #[test]
    fn what_github_would_drop_is_counted() {
        let text = render(&samples::large(25));
        assert_eq!(text.matches("::error ").count(), 10);
        assert!(text.contains("15 more of kind error"), "{text}");
    }

    #[test]
    fn no_text_makes_a_command_of_its_own() {
        let text = render(&samples::of_text("a,b:c%d\r\n::error::forged\n::set-output name=x::y"));
        for line in text.lines() {
            let known = ["::error ", "::warning ", "::notice ", "xtask ", "0 passed"];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line:?}");
            assert!(!line.starts_with("::error ::"), "{line:?}");
        }
        assert_eq!(escape_property("a,b:c%\r\n"), "a%2Cb%3Ac%25%0D%0A");
    }
}
