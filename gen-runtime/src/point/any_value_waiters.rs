//! Who waits for any value at all: points that said they were not ready without asking about a key.

use std::task::Waker;

use super::waiters::{WaiterId, Waiters};
use crate::sync::{lock, AtomicU64, Mutex, Ordering};

/// One for each call, shared by its registrations.
///
/// `stored` grows before the waiters are taken, and who waits compares it, under their lock, with what it was before it asked: so a value that is
/// stored in between is never missed.
#[derive(Debug)]
pub(super) struct AnyValueWaiters {
    stored: AtomicU64,
    waiters: Mutex<Waiters>,
}

impl AnyValueWaiters {
    pub(super) fn new() -> Self {
        AnyValueWaiters { stored: AtomicU64::new(0), waiters: Mutex::new(Waiters::default()) }
    }

    /// How many values have been stored.
    pub(super) fn stored(&self) -> u64 {
        self.stored.load(Ordering::Acquire)
    }

    /// A value was stored.
    pub(super) fn store(&self) {
        self.stored.fetch_add(1, Ordering::AcqRel);
        let waiters = lock(&self.waiters).take();
        waiters.wake();
    }

    /// Waits for the next value; `false` if there was one since `before`.
    pub(super) fn wait(&self, id: WaiterId, waker: Waker, before: u64) -> bool {
        let mut waiters = lock(&self.waiters);
        if self.stored() != before {
            return false;
        }
        let replaced = waiters.put(id, waker);
        drop(waiters);
        drop(replaced);
        true
    }

    /// Waits no longer.
    pub(super) fn forget(&self, id: WaiterId) {
        let waker = lock(&self.waiters).remove(id);
        drop(waker);
    }
}
