//! The lock of a working tree: one run at a time changes its files. The operating system drops it with the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::exec::{Cancel, Interrupt};
use crate::model::{Events, Problem, ProblemKind, Result};

/// Takes the lock in this folder.
pub(super) fn take(state: &Path, events: &Events, cancel: &Cancel, wait: Duration) -> Result<File> {
    let path = state.join("lock");
    let failed = |cause| {
        Problem::invalid(format!("can't lock {}", path.display()))
            .why(cause)
            .fix("give write permission there, or make room, then run again")
    };
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let begun = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            // A file system without locks: better without than not at all.
            Err(TryLockError::Error(cause)) if cause.kind() == ErrorKind::Unsupported => break,
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            Err(TryLockError::WouldBlock) => {}
        }
        if let Some(reason) = cancel.reason() {
            return Err(Problem {
                what: "stopped while waiting for another run in this working tree".to_owned(),
                ..stopped(reason)
            });
        }
        if begun.elapsed() >= wait {
            return Err(Problem::invalid("another run of xtask works in this working tree")
                .why(holder(&mut file).map_or_else(
                    || format!("{} is locked", path.display()),
                    |holder| format!("{holder} holds {}", path.display()),
                ))
                .fix("let it end, then run again"));
        }
        if !told {
            told = true;
            let holder = holder(&mut file).unwrap_or_else(|| "another process".to_owned());
            events.notice(format!("waiting for {holder}, which works in this working tree"));
        }
        std::thread::sleep(Duration::from_millis(10).min(wait));
    }
    // Who holds it is for messages alone.
    let words: Vec<String> =
        std::env::args_os().take(4).map(|word| word.to_string_lossy().into_owned()).collect();
    let text = format!("process {} ({})\n", std::process::id(), words.join(" "));
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
    Ok(file)
}

/// The problem of a run that is to stop.
pub(super) fn stopped(reason: Interrupt) -> Problem {
    let kind = match reason {
        Interrupt::Terminated => ProblemKind::Terminated,
        Interrupt::FailFast | Interrupt::Interrupted => ProblemKind::Interrupted,
    };
    Problem::new(kind, "stopped while files were changed; they are as before")
}

/// What the holder wrote of itself.
fn holder(file: &mut File) -> Option<String> {
    file.rewind().ok()?;
    let mut text = Vec::new();
    file.take(512).read_to_end(&mut text).ok()?;
    let line = String::from_utf8_lossy(&text).lines().next()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
