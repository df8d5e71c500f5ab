//! The life of one child: started, watched, ended with all that it started.

use std::io::{self, Write};
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use super::group::Group;
use super::output::{Output, Pumped};
use super::process::Process;
use super::{Cancel, Ended, Interrupt, RunError};
use crate::model::Stream;

/// How long a time limit or a stop may go unnoticed.
const TICK: Duration = Duration::from_millis(10);

/// How long a group has from TERM to KILL. Somebody waits at a terminal: less than the 10 s of nextest and `docker stop`,
/// and enough to remove temporary files.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// The same where this program itself was asked to end with TERM: who asked may be another xtask, which waits `GRACE`.
pub(super) const GRACE_TERMINATED: Duration = Duration::from_secs(1);

/// How long processes that outlive the leader may go on writing. nextest's leak time-out is of the same order.
pub(super) const OUTPUT_GRACE: Duration = Duration::from_millis(200);

/// How long KILL may take: a process in an uninterruptible system call ends when that returns, or never.
const KILL_WAIT: Duration = Duration::from_secs(2);

/// What a group that has ended can have left unread: twice the queue, and Linux's largest pipe (1 MiB, pipe(7)) per stream.
const LEFT_UNREAD: usize = 4 * 1024 * 1024;

/// Why a child is ended before it ends itself.
#[derive(Clone, Copy)]
enum Stop {
    TimedOut(Duration),
    Cancelled(Interrupt),
    AsksTerminal,
}

pub(super) fn run(
    process: &Process,
    cancel: &Cancel,
    line: &mut dyn FnMut(Stream, &[u8]),
) -> Result<Ended, RunError> {
    let program = process.program_name();
    if let Some(why) = cancel.reason() {
        return Err(RunError::Stopped { program, why });
    }
    let started = Instant::now();
    let failed = |cause| process.not_started(cause);
    let mut group = Group::start(process.command()).map_err(failed)?;
    feed(&mut group, process).map_err(failed)?;
    let mut output = Output::start(&mut group, process.kept(), line).map_err(failed)?;

    let stop = watch(&mut group, &mut output, process, cancel, started);
    if stop.is_none() {
        let until = Instant::now() + OUTPUT_GRACE;
        while !output.is_closed() && Instant::now() < until && !cancel.is_stopped() {
            output.pump(TICK);
        }
    }
    end(&mut group, &mut output, stop).map_err(failed)?;
    // All is written, so the rest is there at once; who still holds a pipe left the group, and isn't waited for.
    let mut left = LEFT_UNREAD;
    while !output.is_closed() && left > 0 {
        match output.pump(OUTPUT_GRACE) {
            Pumped::Bytes(size) => left = left.saturating_sub(size),
            Pumped::End => {}
            Pumped::Nothing => break,
        }
    }

    let (stdout, stderr) = output.finish();
    let (code, signal) = group.status().map_or((None, None), parts);
    let ended = Ended { code, signal, stdout, stderr, wall: started.elapsed() };
    match stop {
        None => Ok(ended),
        Some(Stop::TimedOut(limit)) => Err(RunError::TimedOut { program, limit, partial: Box::new(ended) }),
        Some(Stop::Cancelled(why)) => Err(RunError::Stopped { program, why }),
        Some(Stop::AsksTerminal) => Err(failed(io::Error::other(
            "it wants to ask at the terminal, which it can't share: answer by an option, a file or the environment",
        ))),
    }
}

/// Reads until the leader ends or must be ended.
fn watch(
    group: &mut Group,
    output: &mut Output<'_>,
    process: &Process,
    cancel: &Cancel,
    started: Instant,
) -> Option<Stop> {
    loop {
        if group.leader_ended() {
            return None;
        }
        if let Some(why) = cancel.reason() {
            return Some(Stop::Cancelled(why));
        }
        let mut wait = TICK;
        if let Some(limit) = process.limit() {
            let left = limit.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Some(Stop::TimedOut(limit));
            }
            wait = wait.min(left);
        }
        if output.pump(wait) == Pumped::Nothing && group.asks_terminal() {
            return Some(Stop::AsksTerminal);
        }
    }
}

/// Ends what is left of the group, and reaps the leader. Goes on reading: what ends may still have to write.
fn end(group: &mut Group, output: &mut Output<'_>, stop: Option<Stop>) -> io::Result<()> {
    group.terminate();
    let mut until = Instant::now()
        + match stop {
            Some(Stop::Cancelled(Interrupt::Terminated)) => GRACE_TERMINATED,
            _ => GRACE,
        };
    let mut killed = false;
    loop {
        if group.status().is_none() && group.leader_ended() {
            group.reap()?;
        }
        if group.status().is_some() && group.is_gone() {
            return Ok(());
        }
        if Instant::now() >= until {
            if killed {
                return Ok(());
            }
            group.kill();
            killed = true;
            until = Instant::now() + KILL_WAIT;
        }
        output.pump(TICK);
    }
}

/// Writes the child's input from a thread of its own. A child that doesn't read it all just ends the writing.
fn feed(group: &mut Group, process: &Process) -> io::Result<()> {
    if let (Some(mut pipe), Some(bytes)) = (group.stdin(), process.given_input()) {
        thread::Builder::new().name("child input".to_owned()).spawn(move || {
            let _ = pipe.write_all(&bytes);
        })?;
    }
    Ok(())
}

#[cfg(unix)]
fn parts(status: ExitStatus) -> (Option<i32>, Option<i32>) {
    use std::os::unix::process::ExitStatusExt;
    (status.code(), status.signal())
}

#[cfg(windows)]
fn parts(status: ExitStatus) -> (Option<i32>, Option<i32>) {
    (status.code(), None)
}
