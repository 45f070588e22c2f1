//! The errors of the runtime itself, to which an [`Error`](super::Error) can be downcast.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
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
    set_at: Option<&'static Location<'static>>,
    waited: Option<Arc<dyn Waited>>,
}

/// Where the child was waiting. The type is that of a layer above this one.
pub(crate) trait Waited: AsAny + fmt::Debug + fmt::Display + UnwindSafe + RefUnwindSafe {}

impl<W: AsAny + fmt::Debug + fmt::Display + UnwindSafe + RefUnwindSafe> Waited for W {}

impl TimeoutError {
    pub(crate) fn new(after: Duration) -> Self {
        Self::set(after, None)
    }

    /// For a deadline that was set at that line.
    pub(crate) fn set(after: Duration, set_at: Option<&'static Location<'static>>) -> Self {
        TimeoutError { after, set_at, waited: None }
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

    /// The call of [`with_deadline`](crate::with_deadline) that has set the deadline, if there was
    /// one.
    ///
    /// The text of the error names it. Of a [`with_timeout`](crate::with_timeout) no line is kept:
    /// the [trace](crate::Error::trace) begins at its yield.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// let never = std::future::pending::<gen::Result>();
    /// let limited = gen::with_deadline(io_loop.now(), never);
    /// let set_at = line!() - 1;
    /// let error = io_loop.run_sync(limited.join()).unwrap_err();
    /// let timeout = error.downcast_ref::<gen::TimeoutError>().unwrap();
    /// assert_eq!(timeout.set_at().unwrap().line(), set_at);
    /// ```
    #[must_use]
    pub fn set_at(&self) -> Option<&'static Location<'static>> {
        self.set_at
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
        write!(f, "timeout after {:?}", self.after)?;
        match self.set_at {
            Some(line) => write!(f, ", by the deadline set at {line}"),
            None => Ok(()),
        }
    }
}

impl StdError for TimeoutError {}
