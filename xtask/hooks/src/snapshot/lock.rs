//! One user of a snapshot at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use xtask_core::exec::Interrupt;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, ProblemKind, Result};

/// A run waits so long for another one in the same working tree. Hooks that take longer are beyond what a person waits for.
const PATIENCE: Duration = Duration::from_mins(10);

/// The lock; it ends with the value, or with the process however that ends. `None`: the file system knows no locks.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not used")] Option<File>);

impl Lock {
    /// Takes the lock, and waits where another run holds it. `is_there` tells whether its folder is still there once it is
    /// held: another run may have removed that meanwhile.
    pub(super) fn take(cx: &Context, path: &Path, is_there: impl Fn() -> bool) -> Result<Self> {
        let started = Instant::now();
        let mut told = false;
        loop {
            let file = open(path).map_err(|cause| {
                Problem::invalid(format!("can't open {}", path.display()))
                    .why(cause)
                    .fix("make it writable, or set XDG_CACHE_HOME to a folder that is")
            })?;
            match file.try_lock() {
                Ok(()) if is_there() => return Ok(Self(Some(file))),
                Ok(()) => {
                    return Err(Problem::invalid(format!("{} vanished", path.display()))
                        .why("another run removed the snapshot")
                        .fix("run again"));
                }
                // Some file systems know no locks; the run is worth more than the guard.
                Err(TryLockError::Error(_)) => return Ok(Self(None)),
                Err(TryLockError::WouldBlock) => {}
            }
            if let Some(why) = cx.cancel.reason() {
                let kind = match why {
                    Interrupt::Terminated => ProblemKind::Terminated,
                    _ => ProblemKind::Interrupted,
                };
                return Err(Problem::new(kind, "stopped while waiting for another run of the hooks"));
            }
            if started.elapsed() > PATIENCE {
                return Err(Problem::invalid("another run of the hooks holds this working tree's snapshot")
                    .why(format!(
                        "{} has been locked for {} minutes",
                        path.display(),
                        PATIENCE.as_secs() / 60
                    ))
                    .fix("end the other run, then commit again"));
            }
            if !told {
                told = true;
                cx.events.notice("hooks: waiting for another run in this working tree to end");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Takes the lock where it is free.
    pub(super) fn try_take(path: &Path) -> Option<Self> {
        let file = open(path).ok()?;
        file.try_lock().is_ok().then_some(Self(Some(file)))
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}
