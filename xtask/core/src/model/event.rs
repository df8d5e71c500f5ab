//! What work tells while it runs. Work never prints: it sends events, and a reporter shows them.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

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

/// Where events go. Cheap to clone; sending never blocks and never fails.
#[derive(Clone, Default)]
pub struct Events(Option<Arc<Mutex<Sender<Event>>>>);

impl Events {
    /// Events to this receiver's other end.
    pub fn to(sender: Sender<Event>) -> Self {
        Self(Some(Arc::new(Mutex::new(sender))))
    }

    /// Events that nobody hears.
    pub fn none() -> Self {
        Self(None)
    }

    /// Sends one event.
    pub fn send(&self, event: Event) {
        if let Some(sender) = &self.0
            && let Ok(sender) = sender.lock()
        {
            let _ = sender.send(event);
        }
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
