//! One self-contained HTML page: readable without scripts, filtered and walked through by keyboard with them, no network.
//! The template is checked when this crate is compiled, and escapes all text; the page's own policy bars any other script.

use askama::Template;
use sha2::{Digest, Sha256};

use super::tally::{headline, summary, symbol, verdict};
use super::text::{clean, duration, one_line};
use super::uri;
use crate::model::{CaseStatus, Finding, GateReport, Location, Report, Severity, State, TestCase};

/// How many findings and failed tests of a gate are on the page. A browser stays quick up to here.
const LISTED: usize = 10_000;

/// Up to how many of them lie open at first.
const OPEN: usize = 200;

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    style: &'static str,
    style_hash: String,
    script: &'static str,
    script_hash: String,
    command: String,
    program: String,
    headline: &'static str,
    detail: String,
    mark: char,
    class: &'static str,
    icon: &'static str,
    gates: Vec<Gate>,
    items: usize,
    known: usize,
}

struct Gate {
    id: String,
    name: String,
    class: &'static str,
    mark: char,
    outcome: &'static str,
    summary: String,
    time: String,
    why: Option<String>,
    /// Parts that could not run: why, and what mends it.
    missing: Vec<(String, String)>,
    fix: Option<String>,
    metrics: Vec<(String, String)>,
    groups: Vec<Group>,
    items: usize,
    open: bool,
    left_out: usize,
    artifacts: Vec<Link>,
}

/// What is said about one file.
struct Group {
    name: String,
    items: Vec<Item>,
}

/// A finding, or a failed test.
struct Item {
    severity: Severity,
    known: bool,
    at: String,
    rule: String,
    first: String,
    message: String,
    fix: Option<String>,
    source: String,
}

struct Link {
    kind: String,
    path: String,
    href: String,
}

pub(super) fn render(report: &Report) -> String {
    let gates: Vec<Gate> = report.gates.iter().enumerate().map(|(at, gate)| Gate::new(at, gate)).collect();
    let headline = headline(report);
    let verdict = verdict(report);
    let detail = verdict.strip_prefix(headline).unwrap_or(&verdict).trim();
    let (class, mark, icon) = match report.exit_code {
        0 => ("passed", '✓', "176f35"),
        3 => ("skipped", '–', "7a5200"),
        1 => ("failed", '✗', "b3261e"),
        _ => ("invalid", '?', "6f3fb0"),
    };
    let page = Page {
        style: STYLE,
        style_hash: sha256_base64(STYLE),
        script: SCRIPT,
        script_hash: sha256_base64(SCRIPT),
        command: one_line(&report.command),
        program: one_line(&report.program),
        headline,
        detail: detail.trim_start_matches('(').trim_end_matches(')').to_owned(),
        mark,
        class,
        icon,
        items: gates.iter().map(|gate| gate.items).sum(),
        known: gates
            .iter()
            .flat_map(|gate| &gate.groups)
            .flat_map(|group| &group.items)
            .filter(|item| item.known)
            .count(),
        gates,
    };
    page.render().expect("writing text into memory does not fail")
}

impl Gate {
    fn new(at: usize, gate: &GateReport) -> Self {
        let failed = gate.cases.iter().filter(|case| case.status == CaseStatus::Failed);
        let mut places: Vec<(Option<&Location>, Item)> = gate
            .findings
            .iter()
            .map(|finding| (finding.location.as_ref(), Item::finding(finding)))
            .chain(failed.map(|case| (case.location.as_ref(), Item::case(case))))
            .collect();
        let left_out = places.len().saturating_sub(LISTED);
        places.truncate(LISTED);
        // Stable: within a line the order stays that of the report.
        places.sort_by_key(|(location, _)| *location);
        let items = places.len();
        let mut groups: Vec<Group> = Vec::new();
        for (location, item) in places {
            let name = location.map_or_else(|| "No file".to_owned(), |at| one_line(&at.path.to_string()));
            match groups.last_mut().filter(|group| group.name == name) {
                Some(group) => group.items.push(item),
                None => groups.push(Group { name, items: vec![item] }),
            }
        }
        Self {
            id: format!("gate-{at}"),
            name: one_line(&gate.gate),
            class: gate.outcome.word(),
            mark: symbol(&gate.outcome),
            outcome: gate.outcome.word(),
            summary: summary(gate),
            time: duration(gate.wall_ms),
            why: gate.outcome.why().map(clean),
            missing: gate.untold_missing().map(|part| (clean(&part.why), clean(&part.fix))).collect(),
            fix: gate.outcome.fix().map(clean),
            metrics: gate.metrics.iter().map(|metric| (one_line(&metric.name), metric.show())).collect(),
            groups,
            items,
            open: items <= OPEN,
            left_out,
            artifacts: gate
                .artifacts
                .iter()
                .map(|artifact| Link {
                    kind: one_line(&artifact.kind),
                    path: one_line(&artifact.path),
                    href: uri::of_path(artifact.path.as_bytes()),
                })
                .collect(),
        }
    }
}

impl Item {
    fn finding(finding: &Finding) -> Self {
        let tool = one_line(&finding.tool);
        Self {
            severity: finding.severity,
            known: finding.state == State::Known,
            at: place_in_file(finding.location.as_ref()),
            rule: one_line(&finding.rule),
            first: first_line(&finding.message),
            message: clean(&finding.message),
            fix: finding.fix.as_deref().map(clean),
            source: match &finding.location {
                Some(location) => format!("{tool} · {}", one_line(&location.to_string())),
                None => tool,
            },
        }
    }

    fn case(case: &TestCase) -> Self {
        let message = case.message.as_deref().unwrap_or("failed");
        let time = case.wall_ms.map(|ms| format!(" · {}", duration(ms))).unwrap_or_default();
        Self {
            severity: Severity::Error,
            known: false,
            at: place_in_file(case.location.as_ref()),
            rule: one_line(&case.name),
            first: first_line(message),
            message: clean(message),
            fix: None,
            source: format!("{}{time}", one_line(&case.suite)),
        }
    }
}

/// `12:5`, or nothing for a whole file.
fn place_in_file(location: Option<&Location>) -> String {
    match location.map(|at| (at.line, at.column)) {
        Some((Some(line), Some(column))) => format!("{line}:{column}"),
        Some((Some(line), None)) => line.to_string(),
        _ => String::new(),
    }
}

fn first_line(text: &str) -> String {
    text.lines().map(one_line).find(|line| !line.is_empty()).unwrap_or_default()
}

/// The hash of an inline script or style, as a content security policy names it.
fn sha256_base64(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            if digit <= group.len() {
                let value = bits >> (18 - 6 * digit) & 63;
                text.push(DIGITS[value as usize] as char);
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_page_holds_the_run_and_needs_nothing_else() {
        let page = render(&samples::mixed());
        for part in [
            "<title>? xtask ci: can&#39;t tell</title>",
            "src/café.rs",
            "clippy::needless_return",
            "model::sums",
            "lcov.info speaks of line 90",
            "84.9 % (limit 85.0 %)",
            "href=\"coverage/map%201.json\"",
        ] {
            assert!(page.contains(part), "{part}");
        }
        for outside in ["src=\"", "@import", "url(", "//fonts", "<link rel=\"stylesheet\""] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(
            page.matches("http").count(),
            page.matches("http-equiv").count() + page.matches("http://www.w3.org/2000/svg").count()
        );
    }

    #[test]
    fn text_from_outside_stays_text() {
        let page = render(&samples::of_text(
            "</pre><script>alert(1)</script>\"'><img src=x onerror=alert(2)>javascript:",
        ));
        assert_eq!(page.matches("<script>").count(), 1, "our own");
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(!page.contains("<img"));
        assert!(!page.contains("href=\"javascript:"));
        let hostile = render(&samples::of_text("javascript:alert(1)"));
        assert!(hostile.contains("href=\"./javascript%3Aalert%281%29\""));
    }

    #[test]
    fn a_large_report_is_closed_at_first_and_cut() {
        let page = render(&samples::large(u32::try_from(LISTED).unwrap() + 7));
        assert_eq!(page.matches("<details class=\"item").count(), LISTED);
        assert!(!page.contains("<details class=\"group\" open"));
        assert!(page.contains("… and 7 more"));
        assert!(page.len() < 8_000_000, "{}", page.len());
    }
}
