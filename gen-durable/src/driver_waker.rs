//! [`DriverWaker`]: the waker with which the driver was polled last.

use std::sync::{Mutex, PoisonError};
use std::task::Waker;

/// Wakes the driver, from any thread.
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

    pub(crate) fn wake(&self) {
        let waker = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
