//! One native run at a time in one working tree: two would throw away each other's profiles.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use xtask_core::gate::Context;
use xtask_core::model::{Problem, ProblemKind, Result};

/// Takes the lock of `folder`, and waits where another run holds it. It ends with the value, or with the process.
pub(super) fn take(cx: &Context, folder: &Path) -> Result<Option<File>> {
    let path = folder.join("lock");
    let failed = |cause| Problem::invalid(format!("can't open {}", path.display())).why(cause);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            // Some file systems know no locks; the run is worth more than the guard.
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
        }
        if cx.cancel.is_stopped() {
            return Err(Problem::new(
                ProblemKind::Interrupted,
                "stopped while waiting for another coverage run",
            ));
        }
        if !told {
            told = true;
            cx.events.notice("coverage: waiting for another `coverage rust` in this working tree to end");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
