//! Markdown: `summary.md`, GitHub's step summary, the text of a merge request.

use std::fmt::Write;

use super::tally::{Cases, findings_beside_cases, new_and_known, summary, symbol, verdict};
use super::text::{clean, count, duration, first_lines, one_line, said_and_shown};
use super::uri;
use crate::model::{CaseStatus, Finding, GateReport, Location, Outcome, Report};

/// How many lines of a test's message are shown.
const MESSAGE_LINES: usize = 20;

/// How many lines of what a finding shows below its message are.
const SHOWN_LINES: usize = 200;

pub(super) fn render(report: &Report) -> String {
    render_limited(report, usize::MAX)
}

/// The report with at most `limit` findings and tests a gate; it says how many more there are.
pub(super) fn render_limited(report: &Report, limit: usize) -> String {
    let mut text = format!("## xtask {}: {}\n", escape(&report.command), escape(&verdict(report)));
    if let Some(cases) = Cases::of_run(report) {
        let _ = writeln!(text, "\n{}", cases.line());
    }
    if !report.gates.is_empty() {
        text.push_str("\n| | gate | outcome | result | time |\n| --- | --- | --- | --- | ---: |\n");
        for gate in &report.gates {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                symbol(&gate.outcome),
                escape(&gate.gate),
                gate.outcome.word(),
                escape(&summary(gate)),
                duration(gate.wall_ms)
            );
        }
    }
    for gate in &report.gates {
        write_ways_on(&mut text, gate);
        write_findings(&mut text, gate, limit);
        write_failed_cases(&mut text, gate, limit);
        write_metrics(&mut text, gate);
    }
    text
}

fn write_ways_on(text: &mut String, gate: &GateReport) {
    for part in gate.untold_missing() {
        let _ = writeln!(
            text,
            "\n**{}** lacks a part: {} → {}",
            escape(&gate.gate),
            escape(&part.why),
            code(&part.fix)
        );
    }
    if let Some(why) = gate.outcome.why() {
        let _ = write!(text, "\n**{}** {}: {}", escape(&gate.gate), gate.outcome.word(), escape(why));
        if let Some(fix) = gate.outcome.fix() {
            let _ = write!(text, " → {}", code(fix));
        }
        text.push('\n');
    }
}

fn write_findings(text: &mut String, gate: &GateReport, limit: usize) {
    let findings = findings_beside_cases(gate);
    if findings.is_empty() {
        return;
    }
    let (_, known) = new_and_known(gate);
    let known = if known > 0 { format!(" ({known} known)") } else { String::new() };
    let title = format!("{}: {}{known}", gate.gate, count(findings.len(), "finding"));
    details(text, &title, |text| {
        for finding in findings.iter().take(limit) {
            write_finding(text, finding);
        }
        left_out(text, findings.len().saturating_sub(limit));
    });
}

fn write_finding(text: &mut String, finding: &Finding) {
    text.push_str("- ");
    if let Some(location) = &finding.location {
        let _ = write!(text, "{} ", link(location));
    }
    let (said, shown) = said_and_shown(&finding.message);
    let _ = write!(text, "**{}** {}: {}", finding.severity, code(&finding.rule), escape(said));
    if let Some(fix) = &finding.fix {
        let _ = write!(text, " → {}", code(fix));
    }
    text.push('\n');
    if !shown.is_empty() {
        fence(text, shown, SHOWN_LINES);
    }
}

fn write_failed_cases(text: &mut String, gate: &GateReport, limit: usize) {
    let failed: Vec<_> = gate.cases.iter().filter(|case| case.status == CaseStatus::Failed).collect();
    if failed.is_empty() {
        return;
    }
    let title = format!("{}: {} of {} failed", gate.gate, failed.len(), count(gate.cases.len(), "test"));
    details(text, &title, |text| {
        for case in failed.iter().take(limit) {
            let _ = write!(text, "- {}", code(&case.name));
            if let Some(location) = &case.location {
                let _ = write!(text, " {}", link(location));
            }
            text.push('\n');
            if let Some(message) = &case.message {
                fence(text, message, MESSAGE_LINES);
            }
        }
        left_out(text, failed.len().saturating_sub(limit));
    });
}

fn write_metrics(text: &mut String, gate: &GateReport) {
    if gate.metrics.is_empty()
        || gate.outcome == Outcome::Passed && gate.metrics.iter().all(|metric| metric.limit.is_none())
    {
        return;
    }
    let shown: Vec<String> =
        gate.metrics.iter().map(|metric| format!("{} {}", escape(&metric.name), metric.show())).collect();
    let _ = writeln!(text, "\n{}: {}", escape(&gate.gate), shown.join(", "));
}

fn left_out(text: &mut String, more: usize) {
    if more > 0 {
        let _ = writeln!(text, "\n… and {more} more: see `report.html`.");
    }
}

/// A block that is opened by a click. The blank lines make what is inside Markdown again.
fn details(text: &mut String, title: &str, fill: impl FnOnce(&mut String)) {
    let _ = write!(text, "\n<details><summary>{}</summary>\n\n", escape(title));
    fill(text);
    text.push_str("\n</details>\n");
}

/// `path:line`, linked to the line as GitHub and GitLab show files.
fn link(location: &Location) -> String {
    let anchor = match (location.line, location.end_line) {
        (Some(line), Some(end)) if end > line => format!("#L{line}-L{end}"),
        (Some(line), _) => format!("#L{line}"),
        (None, _) => String::new(),
    };
    format!("[{}]({}{anchor})", escape(&location.to_string()), uri::of_path(location.path.as_bytes()))
}

/// A run of code. Its fence is longer than any run of backticks inside.
fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return "``` ```".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of code below an entry of a list, its first `first` lines.
fn fence(text: &mut String, block: &str, first: usize) {
    let block = clean(block);
    let fence = "`".repeat((longest_run(&block) + 1).max(3));
    let (lines, more) = first_lines(&block, first);
    let _ = writeln!(text, "\n  {fence}text");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    if more > 0 {
        let _ = writeln!(text, "  … {}", count(more, "more line"));
    }
    let _ = writeln!(text, "  {fence}\n");
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text on one line that is nothing but text: no HTML, no emphasis, no table cell, no link, no mention of a person or an issue.
fn escape(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // A joiner of no width keeps `@name` and `#12` from notifying anybody; it can't be seen.
            '@' => escaped.push_str("@\u{2060}"),
            '#' => escaped.push_str("#\u{2060}"),
            _ => escaped.push(c),
        }
    }
    escaped.replace("://", ":\u{2060}//")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::model::RepoPath;

    #[test]
    fn a_run_is_a_table_and_details() {
        let text = render(&samples::mixed());
        for part in [
            "## xtask ci: can't tell (failed: lint, test;",
            "| ✓ | hooks | passed | 2,112 files, 10 checks | 154 ms |",
            "<details><summary>lint: 3 findings (1 known)</summary>",
            "- [src/café.rs:12:5](src/caf%C3%A9.rs#L12) **warning** `clippy::needless_return`: unneeded \\`return\\` statement → `cargo clippy --fix`\n\n  ```text\n  remove `return`\n  ```\n",
            "**coverage** invalid: lcov.info speaks of line 90 of src/lib.rs, which has 80 → `cargo xtask coverage rust`",
            "coverage: lines-covered 84.9 % (limit 85.0 %)",
            "<details><summary>test: 1 of 3 tests failed</summary>",
            "  ```text\n  assertion `left == right` failed\n    left: 4\n",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(!text.contains("clippy::unwrap_used"), "known findings are only counted");
    }

    #[test]
    fn text_stays_text() {
        for (text, escaped) in [
            ("a|b", "a\\|b"),
            ("<script>&", "&lt;script&gt;&amp;"),
            ("@octocat #12", "@\u{2060}octocat #\u{2060}12"),
            ("![x](http://y)", "\\!\\[x\\](http:\u{2060}//y)"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(escape(text), escaped);
        }
        for (text, shown) in [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("", "``` ```")] {
            assert_eq!(code(text), shown);
        }
    }

    #[test]
    fn hostile_text_opens_nothing() {
        let text = render(&samples::of_text("</details><img src=x onerror=alert(1)>\n```\n| x |"));
        assert!(!text.contains("<img src=x onerror=alert(1)>\n```\n|"));
        for line in text.lines().filter(|line| line.contains("<img")) {
            let code = line.contains('`') || line.starts_with("  ");
            assert!(code, "only in code: {line:?}");
        }
        assert_eq!(
            text.matches("<details>").count(),
            text.lines().filter(|line| *line == "</details>").count()
        );
    }

    #[test]
    fn links_carry_lines() {
        let at = Location { end_line: Some(9), ..Location::line(RepoPath::from("a b.rs"), 3) };
        assert_eq!(link(&at), "[a b.rs:3](a%20b.rs#L3-L9)");
        assert_eq!(link(&Location::file(RepoPath::new(*b"\xff"))), "[\"\\\\377\"](%FF)");
    }
}
