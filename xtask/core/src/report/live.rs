//! What the user sees while work runs: events on standard error, as a live view, as plain lines, or not at all.

use std::collections::VecDeque;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::plain::{Plain, finished, notice};

use super::text::{columns, fit, one_line};
use super::unfilled::Unfilled;
use super::{Redactor, Style};
use crate::model::Event;

/// How events are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReporterMode {
    /// A line a running task, redrawn in place: for a terminal. Cleared at the end.
    Live,
    /// A line when a task starts and ends, with `-v` also what it prints: for a log.
    Plain,
    /// Only notices.
    Quiet,
}

impl ReporterMode {
    /// The mode for a standard error that is a terminal or not, in a CI run or not, with `-q` or not.
    pub fn choose(quiet: bool, is_terminal: bool, is_ci: bool) -> Self {
        match (quiet, is_terminal && !is_ci) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Live,
            (false, false) => Self::Plain,
        }
    }
}

/// A thread that shows events on standard error until [`Reporter::finish`].
pub struct Reporter {
    thread: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl Reporter {
    /// Shows what `receiver` gets. Lines and notices pass through `redactor`.
    pub fn start(receiver: Receiver<Event>, mode: ReporterMode, style: Style, redactor: Redactor) -> Self {
        let stderr = || {
            let width = std::io::stderr().is_terminal().then_some(style.width);
            Plain::new(Box::new(std::io::stderr()), style, width)
        };
        let view = match mode {
            ReporterMode::Live => View::Live(Live::new(drawn_on(console::Term::buffered_stderr()), style)),
            ReporterMode::Plain => View::Plain(stderr()),
            ReporterMode::Quiet => View::Quiet(stderr()),
        };
        Self::with_view(receiver, view, redactor)
    }

    /// The same, written to `out` in place of standard error; a live view is shown as plain lines.
    pub fn start_to(
        receiver: Receiver<Event>,
        mode: ReporterMode,
        style: Style,
        redactor: Redactor,
        out: Box<dyn Write + Send>,
    ) -> Self {
        let plain = Plain::new(out, style, None);
        let view = if mode == ReporterMode::Quiet { View::Quiet(plain) } else { View::Plain(plain) };
        Self::with_view(receiver, view, redactor)
    }

    fn with_view(receiver: Receiver<Event>, mut view: View, redactor: Redactor) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&over);
        let thread = std::thread::Builder::new().name("reporter".to_owned()).spawn(move || {
            while let Some(event) = next(&receiver, &flag) {
                view.show(&redacted(event, &redactor));
            }
            view.end();
        });
        // Without a thread the run goes on unseen.
        Self { thread: thread.ok(), over }
    }

    /// Shows what was sent so far, clears a live view, and ends. At once where all [`crate::model::Events`] are dropped.
    pub fn finish(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.end();
    }
}

/// The next event; `None` when there will be none: all senders are gone, or the run is over and everything sent is shown.
fn next(receiver: &Receiver<Event>, over: &AtomicBool) -> Option<Event> {
    /// How late an end may be noticed while senders live on.
    const LATEST: Duration = Duration::from_millis(5);
    loop {
        let ends = over.load(Ordering::SeqCst);
        match receiver.recv_timeout(if ends { Duration::ZERO } else { LATEST }) {
            Ok(event) => return Some(event),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if ends => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn redacted(mut event: Event, redactor: &Redactor) -> Event {
    match &mut event {
        Event::Line { text, .. } | Event::Notice { text } | Event::Progress { message: text, .. } => {
            *text = redactor.text(text).into_owned();
        }
        Event::Finished { outcome, .. } => redactor.outcome(outcome),
        Event::Started { .. } | Event::Part { .. } => {}
    }
    event
}

enum View {
    Live(Live),
    Plain(Plain),
    Quiet(Plain),
}

impl View {
    fn show(&mut self, event: &Event) {
        match self {
            Self::Live(live) => live.show(event),
            Self::Plain(plain) => plain.show(event),
            Self::Quiet(plain) => {
                if let Event::Notice { text } = event {
                    plain.notice(text);
                }
            }
        }
    }

    fn end(self) {
        if let Self::Live(live) = self {
            live.end();
        }
    }
}

/// How many finished tasks stay in view.
const FINISHED_SHOWN: usize = 12;

/// A line for each running task, and for the last ones that finished.
struct Live {
    bars: MultiProgress,
    running: Vec<(String, ProgressBar)>,
    finished: VecDeque<ProgressBar>,
    style: Style,
}

impl Live {
    fn new(target: ProgressDrawTarget, style: Style) -> Self {
        Self {
            bars: MultiProgress::with_draw_target(target),
            running: Vec::new(),
            finished: VecDeque::new(),
            style,
        }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Started { task } | Event::Part { task, runs: true } => {
                self.bar(task);
            }
            Event::Part { task, runs: false } => {
                if let Some(at) = self.running.iter().position(|(name, _)| name == task) {
                    let (_, bar) = self.running.remove(at);
                    bar.finish_and_clear();
                    self.bars.remove(&bar);
                }
            }
            Event::Line { task, text, .. } => {
                let line = one_line(text);
                if self.style.verbose {
                    self.print(&format!("{} | {line}", one_line(task)));
                }
                if !line.is_empty() {
                    let line = self.beside(task, &line);
                    self.bar(task).set_message(line);
                }
            }
            Event::Progress { task, done, total, message } => {
                let message = one_line(message);
                let told = match total {
                    0 => message,
                    _ => format!("{done}/{total} {message}"),
                };
                let told = self.beside(task, &told);
                self.bar(task).set_message(told);
            }
            Event::Finished { task, outcome, wall_ms } => {
                let bar = self.bar(task);
                self.running.retain(|(name, _)| name != task);
                bar.set_style(template("{msg}"));
                bar.finish_with_message(finished(task, outcome, *wall_ms, self.style.colour));
                self.finished.push_back(bar);
                if self.finished.len() > FINISHED_SHOWN
                    && let Some(oldest) = self.finished.pop_front()
                {
                    self.bars.remove(&oldest);
                }
            }
            Event::Notice { text } => self.print(&notice(text, Some(self.style.width))),
        }
    }

    /// As much of a message as has room beside its task. No line is filled up: what the terminal echoes behind the last one (`^C`) must
    /// not begin another, which would stay there.
    fn beside(&self, task: &str, message: &str) -> String {
        /// Spinner, time and blanks, and the echo.
        const OTHERS: usize = 14;
        fit(message, self.style.width.saturating_sub(columns(&one_line(task)) + OTHERS).max(1))
    }

    /// A line that stays, above the view.
    fn print(&self, line: &str) {
        // A terminal that went away takes no more lines.
        let _ = self.bars.println(line);
    }

    /// The line of a task, which is new where the task is.
    fn bar(&mut self, task: &str) -> ProgressBar {
        if let Some((_, bar)) = self.running.iter().find(|(name, _)| name == task) {
            return bar.clone();
        }
        let bar = self.bars.add(ProgressBar::new_spinner());
        let colour = if self.style.colour { ("\u{1b}[36m", "\u{1b}[0m") } else { ("", "") };
        bar.set_style(template(&format!(
            "{}{{spinner}}{} {{prefix}} {{elapsed}} {{msg}}",
            colour.0, colour.1
        )));
        bar.set_prefix(one_line(task));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.push((task.to_owned(), bar.clone()));
        bar
    }

    fn end(self) {
        let _ = self.bars.clear();
    }
}

/// How often a second the view is drawn, as indicatif's own targets.
const REFRESH_HZ: u8 = 20;

fn drawn_on(terminal: impl TermLike + 'static) -> ProgressDrawTarget {
    ProgressDrawTarget::term_like_with_hz(Box::new(Unfilled::new(terminal)), REFRESH_HZ)
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::environment::Environment;
    use crate::model::{Events, Outcome, Stream};

    /// A stream, or a terminal, that keeps what is written.
    #[derive(Clone, Debug, Default)]
    struct Record(Arc<Mutex<String>>);

    impl Record {
        fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
        fn add(&self, text: &str) {
            self.0.lock().unwrap().push_str(text);
        }
    }

    impl Write for Record {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.add(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl TermLike for Record {
        fn width(&self) -> u16 {
            60
        }
        fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
            Ok(())
        }
        fn write_line(&self, line: &str) -> std::io::Result<()> {
            self.add(&format!("{line}\n"));
            Ok(())
        }
        fn write_str(&self, text: &str) -> std::io::Result<()> {
            self.add(text);
            Ok(())
        }
        fn clear_line(&self) -> std::io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn send_all(events: &Events) {
        let task = || "lint".to_owned();
        events.send(Event::Started { task: task() });
        events.send(Event::Line {
            task: task(),
            stream: Stream::Stdout,
            text: "Checking \u{1b}[2Jhunter22".into(),
        });
        events.progress("lint", 3, 9, "crates");
        events.notice("the cache holds hunter22");
        events.send(Event::Finished {
            task: task(),
            outcome: Outcome::invalid("no hunter22"),
            wall_ms: 1500,
        });
    }

    fn redactor() -> Redactor {
        Redactor::new(&Environment::from_pairs([("DB_PASSWORD", "hunter22")]))
    }

    fn shown(mode: ReporterMode, verbose: bool) -> String {
        let record = Record::default();
        let (sender, receiver) = channel();
        let style = Style { verbose, ..Style::PLAIN };
        let reporter = Reporter::start_to(receiver, mode, style, redactor(), Box::new(record.clone()));
        // The sender lives on: the end must not wait for it.
        let events = Events::to(sender);
        send_all(&events);
        reporter.finish();
        record.text()
    }

    #[test]
    fn plain_lines() {
        let note = "note: the cache holds [DB_PASSWORD redacted]\n";
        let end = "? lint invalid in 1.5 s: no [DB_PASSWORD redacted]\n";
        assert_eq!(shown(ReporterMode::Plain, false), format!("• lint started\n{note}{end}"));
        assert_eq!(
            shown(ReporterMode::Plain, true),
            format!("• lint started\nlint | Checking [DB_PASSWORD redacted]\n{note}{end}")
        );
        assert_eq!(shown(ReporterMode::Quiet, true), note);
    }

    #[test]
    fn a_live_view_shows_tasks_and_keeps_notices() {
        let record = Record::default();
        let (sender, receiver) = channel();
        let target = ProgressDrawTarget::term_like(Box::new(record.clone()));
        let view = View::Live(Live::new(target, Style::PLAIN));
        let reporter = Reporter::with_view(receiver, view, redactor());
        let events = Events::to(sender);
        send_all(&events);
        for number in 0..FINISHED_SHOWN + 3 {
            events.send(Event::Finished { task: format!("t{number}"), outcome: Outcome::Passed, wall_ms: 1 });
        }
        drop(events);
        reporter.finish();
        let text = record.text();
        assert!(text.contains("note: the cache holds [DB_PASSWORD redacted]"), "{text}");
        assert!(text.contains("? lint invalid in 1.5 s"), "{text}");
        assert!(!text.contains("hunter22"), "{text}");
    }

    #[test]
    fn parts_are_shown_while_they_run() {
        let record = Record::default();
        let target = ProgressDrawTarget::term_like(Box::new(record.clone()));
        let mut live = Live::new(target, Style::PLAIN);
        let part = |name: &str, runs| Event::Part { task: name.to_owned(), runs };
        for event in [part("ruff", true), part("mypy", true), part("ruff", false), part("ruff", false)] {
            live.show(&event);
        }
        let names: Vec<&str> = live.running.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["mypy"]);
        live.end();
        assert!(record.text().contains("ruff"), "{}", record.text());
    }

    /// What the terminal echoes behind the last line stays on it, and is cleared with it.
    #[test]
    fn the_last_line_is_not_filled_up() {
        let record = Record::default();
        let mut live = Live::new(drawn_on(record.clone()), Style::PLAIN);
        let finished =
            |task: &str| Event::Finished { task: task.to_owned(), outcome: Outcome::Passed, wall_ms: 1 };
        live.show(&finished("a"));
        live.show(&finished("b"));
        let drawn = record.text();
        assert!(drawn.ends_with("✓ a passed in 1 ms\n✓ b passed in 1 ms"), "{drawn:?}");
        live.end();
        assert_eq!(record.text(), drawn, "nothing but clearing follows");
        // A notice alone has its line to itself, whatever is printed next.
        let record = Record::default();
        let mut live = Live::new(drawn_on(record.clone()), Style::PLAIN);
        live.show(&Event::Notice { text: "one".to_owned() });
        live.show(&Event::Notice { text: "two".to_owned() });
        live.end();
        assert_eq!(record.text(), "note: one\nnote: two\n");
    }

    #[test]
    fn a_broken_pipe_ends_nothing() {
        struct Broken;
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
        }
        let (sender, receiver) = channel();
        let reporter =
            Reporter::start_to(receiver, ReporterMode::Plain, Style::PLAIN, redactor(), Box::new(Broken));
        let events = Events::to(sender);
        send_all(&events);
        send_all(&events);
        reporter.finish();
    }

    #[test]
    fn modes_are_chosen() {
        assert_eq!(ReporterMode::choose(false, true, false), ReporterMode::Live);
        assert_eq!(ReporterMode::choose(false, true, true), ReporterMode::Plain);
        assert_eq!(ReporterMode::choose(false, false, false), ReporterMode::Plain);
        assert_eq!(ReporterMode::choose(true, true, false), ReporterMode::Quiet);
    }
}
