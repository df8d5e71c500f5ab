//! What work tells while it runs. Work never prints: it sends events, and a reporter shows them.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::Outcome;

/// The stream a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One thing that happened in a task (a gate, or a step of one).
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It began.
    Started {
        /// The task.
        task: String,
    },
    /// A child process of it printed a line (without its line ending).
    Line {
        /// The task.
        task: String,
        /// The stream.
        stream: Stream,
        /// The line; bytes that are not UTF-8 are replaced.
        text: String,
    },
    /// It is here now: `done` of `total`, or just a message where there is no total.
    Progress {
        /// The task.
        task: String,
        /// Steps done.
        done: u64,
        /// Steps in all; 0 where nobody knows.
        total: u64,
        /// What is being done.
        message: String,
    },
    /// A part of a task, with a name of its own, began or ended. It is shown while it runs; nothing is told of its end.
    Part {
        /// The part.
        task: String,
        /// Whether it runs from now on.
        runs: bool,
    },
    /// It ended.
    Finished {
        /// The task.
        task: String,
        /// How.
        outcome: Outcome,
        /// How long it took, in milliseconds.
        wall_ms: u64,
    },
    /// Something the user should know that is no finding: said once, on standard error.
    Notice {
        /// The text.
        text: String,
    },
}

/// Without anybody who reads all lines, one in so many milliseconds is sent: a view that shows the last one changes no faster.
const GLIMPSE_MS: u64 = 50;

/// Where events go. Cheap to clone; sending never blocks and never fails.
#[derive(Clone, Default)]
pub struct Events(Option<Arc<Wire>>);

struct Wire {
    sender: Mutex<Sender<Event>>,
    /// Whether every line of output is wanted.
    all_lines: bool,
    started: Instant,
    /// When the next line is sent, in milliseconds since `started`.
    next_line: AtomicU64,
}

impl Events {
    /// Events to this receiver's other end.
    pub fn to(sender: Sender<Event>) -> Self {
        Self::wired(sender, true)
    }

    /// The same where nobody reads all that commands write: a line is sent now and then, so that a command that writes millions of
    /// them costs little.
    pub fn glimpses(sender: Sender<Event>) -> Self {
        Self::wired(sender, false)
    }

    fn wired(sender: Sender<Event>, all_lines: bool) -> Self {
        let wire = Wire {
            sender: Mutex::new(sender),
            all_lines,
            started: Instant::now(),
            next_line: AtomicU64::new(0),
        };
        Self(Some(Arc::new(wire)))
    }

    /// Events that nobody hears.
    pub fn none() -> Self {
        Self(None)
    }

    /// Sends one event.
    pub fn send(&self, event: Event) {
        if let Some(wire) = &self.0
            && let Ok(sender) = wire.sender.lock()
        {
            let _ = sender.send(event);
        }
    }

    /// Sends a line that a command of `task` wrote, where lines are read: `line` is asked for those that are sent. Bytes that are not UTF-8
    /// are replaced.
    pub fn line<'t>(&self, task: &str, stream: Stream, line: impl FnOnce() -> Cow<'t, [u8]>) {
        let Some(wire) = &self.0 else { return };
        if !wire.all_lines {
            let now = wire.started.elapsed().as_millis() as u64;
            if now < wire.next_line.load(Ordering::Relaxed) {
                return;
            }
            wire.next_line.store(now + GLIMPSE_MS, Ordering::Relaxed);
        }
        let text = String::from_utf8_lossy(&line()).into_owned();
        self.send(Event::Line { task: task.to_owned(), stream, text });
    }

    /// Tells where a task is: `done` of `total` (0: unknown).
    pub fn progress(&self, task: &str, done: u64, total: u64, message: impl Into<String>) {
        self.send(Event::Progress { task: task.to_owned(), done, total, message: message.into() });
    }

    /// Tells that a part of a task runs from now on, or no longer.
    pub fn part(&self, name: &str, runs: bool) {
        self.send(Event::Part { task: name.to_owned(), runs });
    }

    /// Tells the user something that is no finding.
    pub fn notice(&self, text: impl Into<String>) {
        self.send(Event::Notice { text: text.into() });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn lines_that_nobody_reads_all_of_are_sent_now_and_then() {
        for (all, least, most) in [(true, 100_000, 100_000), (false, 1, 5_000)] {
            let (sender, receiver) = channel();
            let events = if all { Events::to(sender) } else { Events::glimpses(sender) };
            for _ in 0..100_000 {
                events.line("tool", Stream::Stdout, || b"x".into());
            }
            events.notice("always told");
            drop(events);
            let sent: Vec<Event> = receiver.iter().collect();
            let lines = sent.iter().filter(|event| matches!(event, Event::Line { .. })).count();
            assert!((least..=most).contains(&lines), "{lines}");
            assert_eq!(sent.len(), lines + 1);
        }
    }
}
