//! For people at a terminal, or reading a log: a table of gates, what is wrong by place, how to go on, and one line at the end.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style as Paint};
use unicode_width::UnicodeWidthStr;

use super::Style;
use super::tally::{Cases, headline, measured, new_and_known, summary, symbol, verdict};
use super::text::{as_printed, clean, count, duration, first_lines, fit, one_line, wrap};
use crate::model::{
    CaseStatus, Finding, GateReport, Outcome, Report, Severity, Skip, State, Step, TEST_FAILED,
};

/// How many findings, and how many failed tests, of a gate are listed without `-v`.
const LISTED: usize = 50;

/// How many lines of a message are shown without `-v`, where there are many messages.
const MESSAGE_LINES: usize = 12;

/// How many lines the messages of a gate may have together, where each has more: about what a reader scrolls back.
const GATE_LINES: usize = 240;

/// The columns of the longest outcome.
const OUTCOME: usize = 7;

/// The columns between two cells of the table.
const GAP: usize = 2;

/// The columns after which a gate's name is cut.
const WIDEST_NAME: usize = 24;

/// Below this many columns nothing is laid out any more.
const NARROWEST: usize = 40;

/// Beyond this many columns the table grows no wider: no screen has them.
const WIDEST: usize = 1000;

pub(super) fn render(report: &Report, style: Style) -> String {
    let nothing = |gate: &GateReport| {
        matches!(gate.outcome, Outcome::Skipped { reason: Skip::NothingToDo, .. }) && gate.missing.is_empty()
    };
    if style.brief && report.gates.iter().all(nothing) {
        return String::new();
    }
    let mut page = Page { text: String::new(), width: style.width.clamp(NARROWEST, WIDEST), style };
    page.table(report);
    for gate in &report.gates {
        page.findings(gate);
        page.failed_cases(gate);
    }
    page.ways_on(report);
    if !style.brief || report.exit_code != 0 {
        page.verdict(report);
    }
    page.text
}

/// The page under way.
struct Page {
    text: String,
    width: usize,
    style: Style,
}

const BOLD: Paint = Paint::new().bold();
const DIM: Paint = Paint::new().dimmed();
const CYAN: Paint = AnsiColor::Cyan.on_default();

fn of_outcome(outcome: &Outcome) -> Paint {
    match outcome {
        Outcome::Passed => AnsiColor::Green.on_default(),
        Outcome::Failed => AnsiColor::Red.on_default().bold(),
        Outcome::Skipped { .. } => AnsiColor::Yellow.on_default(),
        Outcome::Invalid { .. } => AnsiColor::Magenta.on_default().bold(),
    }
}

fn of_severity(severity: Severity) -> Paint {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => CYAN,
    }
}

impl Page {
    fn paint(&self, paint: Paint, text: &str) -> String {
        if self.style.colour { format!("{paint}{text}{paint:#}") } else { text.to_owned() }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// The first `first` lines of `text`, indented by `indent` blanks: what it says, which is wrapped, and what it shows below that, as it
    /// was printed (the terminal breaks what is too long for it).
    fn block(&mut self, text: &str, indent: usize, first: usize) {
        let text = clean(text);
        let (lines, more) = first_lines(&text, if self.style.verbose { usize::MAX } else { first });
        for (at, line) in lines.into_iter().enumerate() {
            let pieces = if at == 0 { wrap(line, self.width - indent) } else { vec![as_printed(line)] };
            for piece in pieces {
                let piece = if piece.is_empty() { piece } else { format!("{:indent$}{piece}", "") };
                self.line(&piece);
            }
        }
        if more > 0 {
            let note = self.paint(DIM, &format!("… {}", count(more, "more line")));
            self.line(&format!("{:indent$}{note}", ""));
        }
    }

    /// A row a gate: mark and name, outcome, what it found, time. What it found takes the room that the others leave.
    fn table(&mut self, report: &Report) {
        let widest = |cell: &dyn Fn(&GateReport) -> String| {
            report.gates.iter().map(|gate| cell(gate).width()).max().unwrap_or(0)
        };
        let name = |gate: &GateReport| fit(&one_line(&gate.gate), WIDEST_NAME);
        let time = |gate: &GateReport| duration(gate.wall_ms);
        let (names, times) = (widest(&name), widest(&time));
        let fixed = 2 + names + GAP + OUTCOME + GAP + GAP + times;
        let room = self.width.saturating_sub(fixed).max(10);
        for gate in &report.gates {
            let paint = of_outcome(&gate.outcome);
            let mark = self.paint(paint, &symbol(&gate.outcome).to_string());
            let word = gate.outcome.word();
            let outcome = self.paint(paint, word);
            // What was started has lines of its own where it doesn't fit in, or where more is to be told.
            let whole = summary(gate);
            let apart = !gate.steps.is_empty()
                && !gate.summary.is_empty()
                && (self.style.verbose || whole.width() > room);
            let mut cells = wrap(if apart { &gate.summary } else { &whole }, room).into_iter();
            let found = cells.next().unwrap_or_default();
            let (name, time) = (name(gate), time(gate));
            let row = format!(
                "{mark} {name}{:a$}{outcome}{:b$}{found}{:c$}{time}",
                "",
                "",
                "",
                a = names - name.width() + GAP,
                b = OUTCOME - word.len() + GAP,
                c = room.saturating_sub(found.width()) + GAP + times - time.width(),
            );
            self.line(&row);
            for more in cells {
                self.line(&format!("{:at$}{more}", "", at = fixed - GAP - times));
            }
            if apart {
                self.steps(&gate.steps);
            }
        }
    }

    /// A line for each: mark, name, time, and what else there is to know.
    fn steps(&mut self, steps: &[Step]) {
        let name = |step: &Step| fit(&one_line(&step.name), WIDEST_NAME);
        let time = |step: &Step| step.wall_ms.map(duration).unwrap_or_default();
        let names = steps.iter().map(|step| name(step).width()).max().unwrap_or(0);
        let times = steps.iter().map(|step| time(step).width()).max().unwrap_or(0);
        for step in steps {
            let (mark, paint) = match step.status {
                CaseStatus::Passed => ("✓", of_outcome(&Outcome::Passed)),
                CaseStatus::Failed => ("✗", of_outcome(&Outcome::Failed)),
                CaseStatus::Skipped => ("–", AnsiColor::Yellow.on_default()),
            };
            let (name, time) = (name(step), time(step));
            let row = format!(
                "  {} {name}{:a$}{time}  {}",
                self.paint(paint, mark),
                "",
                self.paint(DIM, &one_line(&step.note)),
                a = names - name.width() + GAP + times - time.width(),
            );
            self.line(row.trim_end());
        }
    }

    fn heading(&mut self, gate: &GateReport, what: &str) {
        let name = self.paint(BOLD, &one_line(&gate.gate));
        self.line("");
        self.line(&format!("{name}: {what}"));
    }

    fn findings(&mut self, gate: &GateReport) {
        let (_, known) = new_and_known(gate);
        let listed: Vec<&Finding> = gate
            .findings
            .iter()
            .filter(|finding| finding.state == State::New || self.style.verbose)
            // The failed tests are listed by themselves.
            .filter(|finding| gate.cases.is_empty() || finding.rule != TEST_FAILED)
            .collect();
        if listed.is_empty() {
            return;
        }
        let known_too = if known > 0 { format!(" ({known} known)") } else { String::new() };
        let listed_new = listed.iter().filter(|finding| finding.state == State::New).count();
        self.heading(gate, &format!("{}{known_too}", count(listed_new, "finding")));
        let limit = if self.style.verbose { usize::MAX } else { LISTED };
        let mut file = None;
        let shown = &listed[..listed.len().min(limit)];
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for fix in listed.iter().filter_map(|finding| finding.fix.as_deref()) {
            *uses.entry(fix).or_default() += 1;
        }
        for finding in shown {
            let path = finding.location.as_ref().map(|at| &at.path);
            if file.is_some_and(|before| before != path) {
                self.line("");
            }
            file = Some(path);
            self.finding(finding, MESSAGE_LINES.max(GATE_LINES / shown.len()));
            if let Some(fix) = finding.fix.as_ref().filter(|fix| uses[fix.as_str()] == 1) {
                self.way_on(fix, 4);
            }
        }
        self.left_out(listed.len().saturating_sub(limit));
        // What mends several of them is told once, where reading ends.
        let mut shared = listed.iter().filter_map(|finding| finding.fix.as_deref()).collect::<Vec<_>>();
        shared.retain(|fix| uses.remove(fix).is_some_and(|uses| uses > 1));
        if !shared.is_empty() {
            self.line("");
        }
        for fix in shared {
            self.way_on(fix, 2);
        }
    }

    fn finding(&mut self, finding: &Finding, lines: usize) {
        let mut line = String::from("  ");
        if let Some(location) = &finding.location {
            let _ = write!(line, "{}  ", self.paint(CYAN, &one_line(&location.to_string())));
        }
        line.push_str(&self.paint(of_severity(finding.severity), &finding.severity.to_string()));
        let _ = write!(line, "  {}", self.paint(DIM, &one_line(&finding.rule)));
        if finding.state == State::Known {
            line.push_str(&self.paint(DIM, "  (known)"));
        }
        self.line(&line);
        self.block(&finding.message, 4, lines);
    }

    fn failed_cases(&mut self, gate: &GateReport) {
        let cases = Cases::of(gate);
        if cases.failed == 0 {
            return;
        }
        self.heading(gate, &format!("{} of {} failed", cases.failed, count(gate.cases.len(), "test")));
        let limit = if self.style.verbose { usize::MAX } else { LISTED };
        let failed = gate.cases.iter().filter(|case| case.status == CaseStatus::Failed);
        for case in failed.take(limit) {
            let mark = self.paint(of_outcome(&Outcome::Failed), "✗");
            let mut line = format!("  {mark} {}", one_line(&case.name));
            if !case.suite.is_empty() {
                let _ = write!(line, "  {}", self.paint(DIM, &one_line(&case.suite)));
            }
            if let Some(location) = &case.location {
                let _ = write!(line, "  {}", self.paint(CYAN, &one_line(&location.to_string())));
            }
            self.line(&line);
            if let Some(message) = &case.message {
                self.block(message, 6, MESSAGE_LINES);
            }
        }
        self.left_out(cases.failed.saturating_sub(limit));
    }

    fn left_out(&mut self, more: usize) {
        if more > 0 {
            let note = self.paint(DIM, &format!("… and {more} more: see report.html, or run with -v"));
            self.line("");
            self.line(&format!("  {note}"));
        }
    }

    /// What was skipped, could not tell or lacked a part, why, and what mends it.
    fn ways_on(&mut self, report: &Report) {
        for gate in &report.gates {
            if gate.untold_missing().next().is_some() {
                self.heading(gate, &self.paint(AnsiColor::Yellow.on_default(), "not all of it ran"));
            }
            for part in gate.untold_missing() {
                self.block(&part.why, 2, MESSAGE_LINES);
                self.way_on(&part.fix, 2);
            }
            let Some(why) = gate.outcome.why() else { continue };
            let nothing_to_mend =
                gate.outcome.fix().is_none() && matches!(gate.outcome, Outcome::Skipped { .. });
            if nothing_to_mend && one_line(why) == summary(gate) {
                continue;
            }
            self.heading(gate, &self.paint(of_outcome(&gate.outcome), gate.outcome.word()));
            self.block(why, 2, MESSAGE_LINES);
            if let Some(fix) = gate.outcome.fix() {
                self.way_on(fix, 2);
            }
        }
    }

    fn way_on(&mut self, fix: &str, indent: usize) {
        let fix = clean(fix);
        for (at, piece) in wrap(&fix, self.width - indent - 2).into_iter().enumerate() {
            let arrow = if at == 0 { "→" } else { " " };
            let piece = self.paint(CYAN, &piece);
            self.line(&format!("{:indent$}{arrow} {piece}", ""));
        }
    }

    fn verdict(&mut self, report: &Report) {
        let paint = match report.exit_code {
            0 if !measured(report) => AnsiColor::Yellow.on_default().bold(),
            0 => AnsiColor::Green.on_default().bold(),
            3 => AnsiColor::Yellow.on_default().bold(),
            _ => AnsiColor::Red.on_default().bold(),
        };
        let head = headline(report);
        let line = verdict(report);
        let rest = line.strip_prefix(head).unwrap_or_default();
        if !self.text.is_empty() {
            self.line("");
        }
        let lines = wrap(&format!("{head}{rest}"), self.width);
        for (at, piece) in lines.iter().enumerate() {
            match piece.strip_prefix(head).filter(|_| at == 0) {
                Some(rest) => self.line(&format!("{}{rest}", self.paint(paint, head))),
                None => self.line(piece),
            }
        }
        if let Some(cases) = Cases::of_run(report) {
            self.line(&cases.line());
        }
    }
}

#[cfg(test)]
mod tests;
