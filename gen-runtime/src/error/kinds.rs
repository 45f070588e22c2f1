//! The errors of the runtime itself, to which an [`Error`](super::Error) can be downcast.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// A deadline passed before the result was ready.
///
/// Both [`with_timeout`](crate::with_timeout) and
/// [`run_sync_timeout`](crate::IoLoop::run_sync_timeout) raise it. (Tornado 4.4 has two types.) The
/// trace of its [`Error`](crate::Error) says which yield timed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeoutError {
    after: Duration,
}

impl TimeoutError {
    pub(crate) fn new(after: Duration) -> Self {
        TimeoutError { after }
    }

    /// The length of the timeout: the `Duration` that it was given, or the time from its first poll
    /// to its `Instant`.
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timeout after {:?}", self.after)
    }
}

impl StdError for TimeoutError {}
