//! The points that wait for any value at all: they were not ready, and have asked about no key.

use std::task::Waker;

use crate::sync::{lock, AtomicU64, Mutex, Ordering};
use crate::waiter::{WaiterId, Waiters};

/// One for each call, shared by its registrations.
///
/// No value is missed: `stored` grows before the waiters are taken, and a point that begins to wait
/// compares `stored`, under the lock of the waiters, with its value before the point was asked.
#[derive(Debug)]
pub(super) struct AnyValueWaiters {
    stored: AtomicU64,
    waiters: Mutex<Waiters>,
}

impl AnyValueWaiters {
    pub(super) fn new() -> Self {
        AnyValueWaiters { stored: AtomicU64::new(0), waiters: Mutex::new(Waiters::default()) }
    }

    /// The number of values that were stored so far.
    pub(super) fn stored(&self) -> u64 {
        self.stored.load(Ordering::Acquire)
    }

    /// Counts a value, and wakes the waiters.
    pub(super) fn store(&self) {
        self.stored.fetch_add(1, Ordering::AcqRel);
        let waiters = lock(&self.waiters).take();
        waiters.wake();
    }

    /// Waits for the next value; `false` if a value was stored since `before`.
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

    /// Removes a waiter.
    pub(super) fn forget(&self, id: WaiterId) {
        let waker = lock(&self.waiters).remove(id);
        drop(waker);
    }
}
