//! One user of a snapshot at a time; and no process of a run that was killed.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xtask_core::exec::Interrupt;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, ProblemKind, Result};

use super::remove::remove_all;

/// A run waits so long for another one in the same working tree. Hooks that take longer are beyond what a person waits for.
const PATIENCE: Duration = Duration::from_mins(10);

/// Processes that a killed run left get so long to end.
const STRAYS_END: Duration = Duration::from_secs(5);

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
            go_on(cx)?;
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

/// Tells the next run whether this one ended by itself. Where it didn't, a command or a git that it had started may still be
/// writing; all of them hold a lock that they inherit.
#[derive(Debug)]
pub(super) struct Running {
    mark: PathBuf,
    #[expect(dead_code, reason = "it is held, not used")]
    inherited: Option<File>,
}

impl Running {
    /// Waits until nothing of an earlier run writes in this folder any more, and marks it as in use. `false`: something of a
    /// killed run is still there.
    pub(super) fn start(cx: &Context, folder: &Path) -> Result<(Self, bool)> {
        let (mark, busy) = (folder.join("running"), folder.join("busy"));
        let is_free = !mark.exists() || wait_for_strays(cx, &busy)?;
        let failed = |cause| Problem::invalid(format!("can't write in {}", folder.display())).why(cause);
        // Another file each time: what an earlier run left running on purpose (a daemon) holds the old one.
        remove_all(&busy).map_err(failed)?;
        let inherited = open(&busy).map_err(failed)?;
        let is_held = inherited.try_lock().is_ok();
        #[cfg(unix)]
        let is_held = is_held && rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty()).is_ok();
        open(&mark).map_err(failed)?;
        Ok((Self { mark, inherited: is_held.then_some(inherited) }, is_free))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = remove_all(&self.mark);
    }
}

/// Whether all processes of the run before have ended.
fn wait_for_strays(cx: &Context, busy: &Path) -> Result<bool> {
    let Ok(file) = File::open(busy) else { return Ok(true) };
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {}
            _ => return Ok(true),
        }
        go_on(cx)?;
        if started.elapsed() > STRAYS_END {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A problem where the run is to stop.
fn go_on(cx: &Context) -> Result<()> {
    let kind = match cx.cancel.reason() {
        None => return Ok(()),
        Some(Interrupt::Terminated) => ProblemKind::Terminated,
        Some(_) => ProblemKind::Interrupted,
    };
    Err(Problem::new(kind, "stopped while waiting for another run of the hooks"))
}

fn open(path: &Path) -> std::io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}
