//! The locks that callables, points and the end of a call meet at: the standard library's, or loom's when they are model-checked (`--cfg loom`).

#[cfg(loom)]
pub(super) use loom::sync::{
    atomic::{AtomicU64, Ordering},
    Mutex, MutexGuard,
};
use std::sync::PoisonError;
#[cfg(not(loom))]
pub(super) use std::sync::{
    atomic::{AtomicU64, Ordering},
    Mutex, MutexGuard,
};

/// Locks. Nothing that is done under the locks of this module leaves what they guard half done, so a panic there does no harm.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
