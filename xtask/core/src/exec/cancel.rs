//! Whether to stop, and why: set by a signal, a time limit or another task's failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Why a run is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupt {
    /// Another task failed, and the run is to stop at the first failure.
    FailFast,
    /// SIGINT.
    Interrupted,
    /// SIGTERM or SIGHUP.
    Terminated,
}

/// Nobody can ask any more.
const SEALED: u8 = u8::MAX;

/// A flag that all tasks of a run look at. A child has the flags of its parents, too: cancelling the child leaves the parent alone.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    own: Arc<AtomicU8>,
    parent: Option<Box<Cancel>>,
}

impl Cancel {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that is set when this one is, and can be set alone.
    pub fn child(&self) -> Self {
        Self { own: Arc::default(), parent: Some(Box::new(self.clone())) }
    }

    /// Asks to stop. The first reason stays.
    pub fn stop(&self, why: Interrupt) {
        let code = match why {
            Interrupt::FailFast => 1,
            Interrupt::Interrupted => 2,
            Interrupt::Terminated => 3,
        };
        let _ = self.own.compare_exchange(0, code, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// What was begun is done, and can't be taken back any more: from now on it is too late to ask for a stop. The reason, where
    /// somebody asked before.
    pub fn seal(&self) -> Result<(), Interrupt> {
        if let Some(reason) = self.parent.as_ref().and_then(|parent| parent.reason()) {
            return Err(reason);
        }
        let _ = self.own.compare_exchange(0, SEALED, Ordering::SeqCst, Ordering::SeqCst);
        self.reason().map_or(Ok(()), Err)
    }

    /// Why to stop, or `None` to go on.
    pub fn reason(&self) -> Option<Interrupt> {
        let own = match self.own.load(Ordering::SeqCst) {
            0 | SEALED => None,
            1 => Some(Interrupt::FailFast),
            2 => Some(Interrupt::Interrupted),
            _ => Some(Interrupt::Terminated),
        };
        own.or_else(|| self.parent.as_ref().and_then(|parent| parent.reason()))
    }

    /// Whether to stop.
    pub fn is_stopped(&self) -> bool {
        self.reason().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_stays_and_children_see_their_parents() {
        let parent = Cancel::new();
        let child = parent.child();
        let grandchild = child.child();
        assert_eq!(grandchild.reason(), None);
        child.stop(Interrupt::FailFast);
        assert_eq!(grandchild.reason(), Some(Interrupt::FailFast));
        assert_eq!(parent.reason(), None);
        parent.stop(Interrupt::Terminated);
        parent.stop(Interrupt::Interrupted);
        assert_eq!(parent.reason(), Some(Interrupt::Terminated));
        assert_eq!(parent.child().reason(), Some(Interrupt::Terminated));
    }

    #[test]
    fn what_is_done_is_done() {
        let cancel = Cancel::new();
        assert_eq!(cancel.seal(), Ok(()));
        cancel.stop(Interrupt::Interrupted);
        assert_eq!((cancel.reason(), cancel.seal()), (None, Ok(())));
        let cancel = Cancel::new();
        cancel.stop(Interrupt::Terminated);
        assert_eq!(cancel.seal(), Err(Interrupt::Terminated));
        assert_eq!(cancel.child().seal(), Err(Interrupt::Terminated));
        assert_eq!(cancel.reason(), Some(Interrupt::Terminated));
    }
}
