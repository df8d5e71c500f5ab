//! The process groups that live right now, so that a hurried end of the program can take them along.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Held for reading while a child is started and entered: who holds it for writing knows all children.
static STARTING: RwLock<()> = RwLock::new(());

fn groups() -> MutexGuard<'static, BTreeSet<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a child and enters its group.
pub(super) fn enter<T>(
    start: impl FnOnce() -> std::io::Result<T>,
    id: impl FnOnce(&T) -> u32,
) -> std::io::Result<T> {
    let _starting = STARTING.read().unwrap_or_else(PoisonError::into_inner);
    let child = start()?;
    groups().insert(id(&child));
    Ok(child)
}

/// Strikes a group that is gone.
pub(super) fn leave(id: u32) {
    groups().remove(&id);
}

/// Kills all groups, then calls `then`: no child can be started before that returns.
pub(super) fn kill_all(then: impl FnOnce()) {
    let _starting = STARTING.write().unwrap_or_else(PoisonError::into_inner);
    for &id in groups().iter() {
        super::group::kill_by_id(id);
    }
    then();
}
