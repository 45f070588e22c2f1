//! The wakers of points that wait for the same thing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;

use crate::report::contain;

/// Names the pending point that a waker belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WaiterId(u64);

impl WaiterId {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        WaiterId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Wakers, at most one for each pending point. Nearly always there is only one.
#[derive(Debug, Default)]
pub(super) struct Waiters(Vec<(WaiterId, Waker)>);

impl Waiters {
    /// Adds a waker, and returns the one that it replaces, to be dropped outside of the lock.
    #[must_use]
    pub(super) fn put(&mut self, id: WaiterId, waker: Waker) -> Option<Waker> {
        match self.0.iter_mut().find(|(other, _)| *other == id) {
            Some((_, before)) => Some(std::mem::replace(before, waker)),
            None => {
                self.0.push((id, waker));
                None
            }
        }
    }

    /// Takes out the waker of a point.
    #[must_use]
    pub(super) fn remove(&mut self, id: WaiterId) -> Option<Waker> {
        let position = self.0.iter().position(|(other, _)| *other == id)?;
        Some(self.0.swap_remove(position).1)
    }

    /// Takes out all wakers.
    #[must_use]
    pub(super) fn take(&mut self) -> Waiters {
        std::mem::take(self)
    }

    /// Wakes the points, in the order in which they came. A panic of one waker does not keep the
    /// others from being woken.
    pub(super) fn wake(self) {
        for (_, waker) in self.0 {
            contain("a waker", || waker.wake());
        }
    }
}
