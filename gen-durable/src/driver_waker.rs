//! [`DriverWaker`]: the waker with which the driver was polled last.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

/// Wakes the driver, from any thread.
///
/// The journal gets it as its waker, too. So a dump shows where the coroutine waits, and not the
/// timers and wakers of the journal.
#[derive(Debug, Default)]
pub(crate) struct DriverWaker(Mutex<Option<Waker>>);

impl DriverWaker {
    pub(crate) fn set(&self, waker: &Waker) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match &mut *kept {
            Some(known) if known.will_wake(waker) => None,
            known => known.replace(waker.clone()),
        };
        // Dropped outside the lock: a waker may run anything.
        drop(kept);
        drop(before);
    }

    /// Wakes the driver, if it was polled.
    pub(crate) fn notify(&self) {
        let waker = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Wake for DriverWaker {
    fn wake(self: Arc<Self>) {
        self.notify();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.notify();
    }
}
