//! The error that a cancelled yield is resumed with.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;

use super::request::Cancellation;
use crate::Site;

/// What was waited for is not wanted any more: clean up, and end.
///
/// A yield is resumed with it when its task, its group or its timeout is cancelled. The body may go on yielding: to roll back, to say goodbye, to give something back. Then
/// it is to end, by the same error as a rule, so that those around it know.
///
/// ```
/// use gen::{yield_, CancelSource, Cancelled};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn transfer() -> gen::Result<&'static str> {
///     match yield_!(std::future::pending::<gen::Result<()>>()) {
///         Err(error) if error.is::<Cancelled>() => {
///             yield_!(gen::sleep(Duration::from_secs(1)))?; // time to roll back
///             Err(error.context("rolled back"))
///         }
///         other => other.map(|()| "transferred"),
///     }
/// }
///
/// #[gen::coroutine]
/// fn impatient() -> gen::Result<String> {
///     let task = gen::spawn(transfer());
///     yield_!(task.cancel("the user has left"))?;
///     let error = yield_!(task).unwrap_err();
///     let cancelled = error.downcast_ref::<Cancelled>().expect("it was cancelled");
///     assert_eq!(cancelled.source, CancelSource::Explicit);
///     assert_eq!(cancelled.reason, "the user has left");
///     assert_eq!(cancelled.site.map(|site| site.function()), Some("transfer"));
///     Ok(format!("{error:#}"))
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert_eq!(io_loop.run_sync(impatient()).unwrap(), "rolled back: cancelled: the user has left");
/// ```
///
/// # Swallowed
///
/// It is an error like any other, and a match that catches every error catches it. Then the coroutine has been told, and goes on: the request is done with, and whoever waits for
/// its end waits until it ends by itself. Ask again, and it is told again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Cancelled {
    /// Why: somebody asked, or something happened.
    pub source: CancelSource,
    /// Why, in words.
    pub reason: Cow<'static, str>,
    /// The yield that it arrived at; none if no yield was told, because what was cancelled is a plain future, which is only dropped.
    pub site: Option<Site>,
    /// Where it was asked for.
    pub by: &'static Location<'static>,
    /// Tells this request from others.
    request: Cancellation,
}

/// What a cancellation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelSource {
    /// Somebody asked for it: [`JoinHandle::cancel`](crate::JoinHandle::cancel).
    Explicit,
    /// A deadline has passed: [`with_timeout(..).cancel(..)`](crate::WithTimeout::cancel).
    Deadline,
    /// Another child of the same scope has failed, or another one of the same [`first_of`](crate::first_of()) was the first.
    Sibling,
    /// The loop is [shut down](crate::IoLoop::shutdown).
    Shutdown,
}

impl Cancelled {
    pub(super) fn new(request: Cancellation) -> Self {
        Cancelled {
            source: request.source(),
            reason: request.reason(),
            site: None,
            by: request.by(),
            request,
        }
    }

    /// The first yield is the one that it arrived at.
    pub(crate) fn arrived(&mut self, site: Site) {
        self.site.get_or_insert(site);
    }

    pub(crate) fn is_of(&self, request: &Cancellation) -> bool {
        self.request.is_same(request)
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cancelled: {}", self.reason)
    }
}

impl StdError for Cancelled {}
