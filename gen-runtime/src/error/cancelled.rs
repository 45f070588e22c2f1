//! The error that a cancelled yield is resumed with.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::request::{CancelSource, Passage, Request};
use super::Site;

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
/// # An event for a body, a state for a scope
///
/// A body is told of a request *once*, at the yield where it waits. Its next yields are not disturbed, because a clean-up that may not wait could not say goodbye to the other side. Rust has no
/// `finally` that could be told apart from the rest of the body, and a destructor cannot yield: so whatever the body does after it was told is taken for its clean-up. Of a clean-up that takes too
/// long, somebody outside decides: by another request, which arrives at the yield of the clean-up, or by a time that was given with the first one ([`grace`](crate::CancelCompletion::grace)).
///
/// A [scope](fn@crate::scope) that was cancelled, or has failed, *is* cancelled from then on: its children are told once each, and so is what is spawned into it afterwards, at its first suspension. A
/// scope is to end, and what is new in it has nothing to clean up yet.
///
/// Others have decided differently:
///
/// | | a body that goes on after it was told | can a clean-up wait? | what is started in a cancelled scope |
/// |---|---|---|---|
/// | `gen` | is told no more before somebody asks again; [reported](#swallowed) if it waits at the same yield again | yes, at each yield | is told at its first suspension |
/// | trio | is told again at every checkpoint of the cancelled scope | only in a shielded scope, with a deadline of its own | is told at its first checkpoint |
/// | asyncio | is told no more: `CancelledError` is thrown in once for each `cancel()`. Whoever catches it for good has to call `uncancel()` | yes | an error: a `TaskGroup` that shuts down takes no more tasks |
/// | a dropped `Future` | there is none: it is gone at its `.await` | no | |
///
/// Under trio's rule no loop can swallow a cancellation, but each clean-up that waits needs a shield, and one that was forgotten shows only when the clean-up is cut off. Under asyncio's rule and this
/// one a clean-up is written as any other code, and a loop can swallow.
///
/// # Swallowed
///
/// It is an error like any other, and **a branch that catches every error catches it**: the loop that tries again after `Err(_)` is the usual one.
///
/// ```no_run
/// # use gen::yield_;
/// # #[gen::coroutine]
/// # fn connect() -> gen::Result<u32> { Ok(7) }
/// # #[gen::coroutine]
/// # fn reconnect() -> gen::Result<u32> {
/// loop {
///     match yield_!(connect()) {
///         Ok(connection) => return Ok(connection),
///         // Without this line the task lives for ever: it is told once, and tries again.
///         Err(error) if error.is_cancelled() => return Err(error),
///         Err(_) => yield_!(gen::sleep(std::time::Duration::from_secs(1)))?,
///     }
/// }
/// # }
/// ```
///
/// (In Python `except Exception` lets asyncio's `CancelledError` through, which is no `Exception` for that very reason. Rust's `Err(_)` has no such way out.) A body that has swallowed it has been told,
/// and goes on: the request is done with, and whoever waits for its end waits until it ends by itself. Against that there are:
///
/// - [`Error::is_cancelled`](crate::Error::is_cancelled), for the branch that lets it through;
/// - [`cancel(..).grace(..)`](crate::CancelCompletion::grace), which drops what has not ended in time;
/// - another request: ask again, and it is told again;
/// - a line in the log (target `gen`, level `WARN`): a task, or a child of a scope, that waits again at the very yield that took its cancellation is reported once for each request, with the yield and
///   the place that asked, and with the question whether the cancellation was swallowed. A body that drains a queue to its end may well wait there again, and be right. In a build without
///   debug assertions only a cancellation is noticed that was swallowed at the innermost yield of a chain.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Cancelled {
    /// Why: somebody asked, or something happened.
    pub source: CancelSource,
    /// Why, in words.
    pub reason: Cow<'static, str>,
    /// The yield that it arrived at; none if no yield was told, because what was cancelled is a plain future, which is only dropped, or if it was dropped at the end of its
    /// [`grace`](crate::CancelCompletion::grace).
    pub site: Option<Site>,
    /// Where it was asked for.
    pub by: &'static Location<'static>,
    /// Tells this request from others.
    request: Arc<Request>,
    /// How far its errors have come, if whoever lent the request watches that.
    passage: Option<Arc<Passage>>,
}

impl Cancelled {
    pub(crate) fn new(request: Arc<Request>, passage: Option<Arc<Passage>>) -> Self {
        Cancelled {
            source: request.source,
            reason: request.reason.clone(),
            site: None,
            by: request.by,
            request,
            passage,
        }
    }

    /// The first yield is the one that it arrived at.
    pub(crate) fn arrived(&mut self, site: Site) {
        self.site.get_or_insert(site);
    }

    /// It has passed a yield, perhaps as the cause of another error.
    pub(crate) fn passed(&self, site: Site) {
        if let Some(passage) = &self.passage {
            passage.passed(site);
        }
    }

    pub(crate) fn is_of(&self, request: &Arc<Request>) -> bool {
        Arc::ptr_eq(&self.request, request)
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cancelled: {}", self.reason)
    }
}

impl StdError for Cancelled {}
