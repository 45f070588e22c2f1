//! The errors of the runtime itself, to which an [`Error`](super::Error) can be downcast.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use super::AsAny;

/// A deadline passed before the result was ready.
///
/// Both [`with_timeout`](crate::with_timeout) and
/// [`run_sync_timeout`](crate::IoLoop::run_sync_timeout) raise it. (Tornado 4.4 has two types.) The
/// trace of its [`Error`](crate::Error) says which yield timed out, and
/// [`waiting`](Self::waiting) says where its child was waiting.
///
/// Two of them are equal if their timeouts had the same length.
#[derive(Debug, Clone)]
pub struct TimeoutError {
    after: Duration,
    waited: Option<Arc<dyn Waited>>,
}

/// Where the child was waiting. The type is that of a layer above this one.
pub(crate) trait Waited: AsAny + fmt::Debug + fmt::Display + UnwindSafe + RefUnwindSafe {}

impl<W: AsAny + fmt::Debug + fmt::Display + UnwindSafe + RefUnwindSafe> Waited for W {}

impl TimeoutError {
    pub(crate) fn new(after: Duration) -> Self {
        TimeoutError { after, waited: None }
    }

    pub(crate) fn with_waited(self, waited: impl Waited) -> Self {
        TimeoutError { waited: Some(Arc::new(waited)), ..self }
    }

    pub(crate) fn waited(&self) -> Option<&dyn Any> {
        self.waited.as_deref().map(|waited| waited.as_any())
    }

    /// The lines that tell where the child was waiting.
    pub(super) fn lines(&self) -> Option<impl fmt::Display + '_> {
        self.waited.as_deref()
    }

    /// The length of the timeout: the `Duration` that it was given, or the time from its first poll
    /// to its `Instant`.
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }
}

impl PartialEq for TimeoutError {
    fn eq(&self, other: &Self) -> bool {
        self.after == other.after
    }
}

impl Eq for TimeoutError {}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timeout after {:?}", self.after)
    }
}

impl StdError for TimeoutError {}
