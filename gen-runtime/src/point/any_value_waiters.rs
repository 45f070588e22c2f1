//! The points that wait for any value at all: they were not ready, and have asked about no key
//! without a value.

use std::task::Waker;

use crate::waiter::{StageLock, WaiterId, Waiters};

/// Made when the first point of a call waits for any value, and known to the registrations of the
/// call from then on: a call without such points counts no values.
#[derive(Default)]
pub(super) struct AnyValueWaiters(StageLock<Counted>);

#[derive(Default)]
struct Counted {
    /// The number of values that were stored since they are counted.
    stored: u64,
    waiters: Waiters,
}

impl AnyValueWaiters {
    /// The number of values that were stored so far.
    pub(super) fn stored(&self) -> u64 {
        self.0.with(|_, counted| counted.stored)
    }

    /// Counts a value, and wakes the waiters.
    pub(super) fn store(&self) {
        let waiters = self.0.with(|_, counted| {
            counted.stored += 1;
            counted.waiters.take()
        });
        waiters.wake();
    }

    /// Waits for the next value; `false` if a value was stored since `before`.
    pub(super) fn wait(&self, id: WaiterId, waker: Waker, before: u64) -> bool {
        let replaced = self.0.with(|_, counted| match counted.stored == before {
            true => Ok(counted.waiters.put(id, waker)),
            false => Err(waker),
        });
        replaced.is_ok()
    }

    /// Removes a waiter.
    pub(super) fn forget(&self, id: WaiterId) {
        let waker = self.0.with(|_, counted| counted.waiters.remove(id));
        drop(waker);
    }
}
