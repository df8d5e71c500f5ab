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

    /// Why to stop, or `None` to go on.
    pub fn reason(&self) -> Option<Interrupt> {
        let own = match self.own.load(Ordering::SeqCst) {
            0 => None,
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
}
