//! Events as plain lines, where standard error is no terminal: they stay in a log as they came.

use std::io::Write;

use anstyle::AnsiColor;

use super::Style;
use super::tally::symbol;
use super::text::{clean, duration, one_line, wrap};
use crate::model::{Event, Outcome};

/// Writes events as lines to `out`.
pub(super) struct Plain {
    out: Box<dyn Write + Send>,
    style: Style,
    /// The columns of the terminal; none in a log, whose readers look for whole lines.
    width: Option<usize>,
    /// Nobody reads any more: a broken pipe is no reason to end a run.
    broken: bool,
}

impl Plain {
    pub(super) fn new(out: Box<dyn Write + Send>, style: Style, width: Option<usize>) -> Self {
        Self { out, style, width, broken: false }
    }

    pub(super) fn show(&mut self, event: &Event) {
        match event {
            Event::Started { task } => self.line(&format!("• {} started", one_line(task))),
            Event::Line { task, text, .. } => {
                if self.style.verbose {
                    self.line(&format!("{} | {}", one_line(task), clean(text)));
                }
            }
            Event::Progress { .. } | Event::Part { .. } => {}
            Event::Finished { task, outcome, wall_ms } => {
                let line = finished(task, outcome, *wall_ms, self.style.colour);
                self.line(&line);
            }
            Event::Notice { text } => self.notice(text),
        }
    }

    pub(super) fn notice(&mut self, text: &str) {
        self.line(&notice(text, self.width));
    }

    fn line(&mut self, line: &str) {
        if !self.broken {
            self.broken = writeln!(self.out, "{line}").and_then(|()| self.out.flush()).is_err();
        }
    }
}

/// `✓ lint passed in 8.4 s`.
pub(super) fn finished(task: &str, outcome: &Outcome, wall_ms: u64, colour: bool) -> String {
    let mark = symbol(outcome);
    let told = format!("{} {} in {}", one_line(task), outcome.word(), duration(wall_ms));
    let why = outcome.why().map(|why| format!(": {}", one_line(why))).unwrap_or_default();
    if !colour {
        return format!("{mark} {told}{why}");
    }
    let paint = match outcome {
        Outcome::Passed => AnsiColor::Green,
        Outcome::Failed => AnsiColor::Red,
        Outcome::Skipped { .. } => AnsiColor::Yellow,
        Outcome::Invalid { .. } => AnsiColor::Magenta,
    }
    .on_default();
    format!("{paint}{mark}{paint:#} {told}{why}")
}

/// `note: …`, broken between words where there is a width, below its first word.
pub(super) fn notice(text: &str, width: Option<usize>) -> String {
    const START: &str = "note: ";
    let text = clean(text);
    let text = text.trim_end();
    match width {
        None => format!("{START}{text}"),
        Some(width) => START.to_owned() + &wrap(text, width.saturating_sub(START.len())).join("\n      "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_broken_where_there_is_a_width() {
        let text = "one two three four\n";
        assert_eq!(notice(text, None), "note: one two three four");
        assert_eq!(notice(text, Some(18)), "note: one two\n      three four");
    }
}
