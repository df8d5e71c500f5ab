//! Fault injection, for the tests of what must survive a kill: with `XTASK_FAULT=N` in its environment the process kills
//! itself (SIGKILL) at the N-th transition, counted from 1. A transition stands between every two steps that others can see:
//! in the journal, in its recovery, and where the index is replaced. `XTASK_FAULT_LOG=FILE` has the name of the one that killed it
//! appended to a file, so that a test can tell which were never reached.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::environment::Environment;

/// A point where the process may die. The name is for the reader of the code.
pub fn transition(name: &str) {
    static FATAL: OnceLock<Option<u64>> = OnceLock::new();
    static SEEN: AtomicU64 = AtomicU64::new(0);
    let fatal = FATAL.get_or_init(|| Environment::of_process().text("XTASK_FAULT")?.parse().ok());
    #[cfg(test)]
    meanwhile::happens(name);
    if let Some(fatal) = fatal
        && SEEN.fetch_add(1, Ordering::SeqCst) + 1 == *fatal
    {
        die(name);
    }
}

#[cfg(unix)]
fn die(name: &str) {
    log(name);
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    // The signal is on its way: nothing may happen meanwhile.
    loop {
        std::thread::park();
    }
}

#[cfg(not(unix))]
fn die(name: &str) {
    log(name);
    std::process::abort();
}

/// Tells a test where the process dies. What fails here only makes the test fail.
fn log(name: &str) {
    let Some(path) = Environment::of_process().path("XTASK_FAULT_LOG") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| std::io::Write::write_all(&mut file, format!("{name}\n").as_bytes()));
}

/// What others do between two steps, in tests of this thread.
#[cfg(test)]
pub(crate) mod meanwhile {
    use std::cell::RefCell;

    type Action = Box<dyn FnMut()>;

    thread_local! {
        static PLANNED: RefCell<Vec<(&'static str, usize, Action)>> = const { RefCell::new(Vec::new()) };
    }

    /// At the `time`-th transition of this name (from 1) this is done, once.
    pub(crate) fn plan(name: &'static str, time: usize, action: impl FnMut() + 'static) {
        PLANNED.with_borrow_mut(|planned| planned.push((name, time, Box::new(action))));
    }

    /// Whether everything that was planned has happened.
    pub(crate) fn is_over() -> bool {
        PLANNED.with_borrow(Vec::is_empty)
    }

    pub(super) fn happens(name: &str) {
        // Taken out first: an action may come to transitions of its own.
        let due = PLANNED.with_borrow_mut(|planned| {
            planned.iter_mut().filter(|(at, ..)| *at == name).for_each(|(_, time, _)| *time -= 1);
            planned.extract_if(.., |(_, time, _)| *time == 0).collect::<Vec<_>>()
        });
        for (_, _, mut action) in due {
            action();
        }
    }
}
