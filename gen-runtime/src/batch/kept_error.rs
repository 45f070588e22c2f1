//! [`KeptError`]: the error of a call or of one key, until a load reads it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use crate::executor::LoopClosed;
use crate::report::Detached;
use crate::Error;

/// Shared by the entries of all keys that have this error. If it is dropped before it was read, it
/// is reported.
pub(super) struct KeptError {
    error: Error,
    is_read: AtomicBool,
}

impl KeptError {
    pub(super) fn new(error: Error) -> Arc<Self> {
        Arc::new(KeptError { error, is_read: AtomicBool::new(false) })
    }

    /// The error for a load, or for another place where it is not lost.
    pub(super) fn read(&self) -> Error {
        self.is_read.store(true, Ordering::Relaxed);
        self.error.clone()
    }

    pub(super) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Relaxed)
    }
}

impl Drop for KeptError {
    fn drop(&mut self) {
        // The end of a loop ends its tasks and their loads, and is the failure of none.
        if !self.is_read() && !self.error.is::<LoopClosed>() {
            Detached::now().report("a load of a batch", &self.error);
        }
    }
}
