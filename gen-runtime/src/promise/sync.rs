//! The lock that the two sides of a promise meet at: the standard library's, or loom's when it is model-checked (`--cfg loom`).

#[cfg(loom)]
pub(super) use loom::sync::{Mutex, MutexGuard};
use std::sync::PoisonError;
#[cfg(not(loom))]
pub(super) use std::sync::{Mutex, MutexGuard};

/// Locks. What may panic under the lock is the clone of a result, and perhaps a foreign waker's `will_wake`: neither changes what is guarded.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
