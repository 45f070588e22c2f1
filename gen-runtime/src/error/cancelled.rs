//! The error that a cancelled yield is resumed with.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::request::{CancelSource, Passage, Request};
use super::Site;

/// The body was cancelled: it should clean up, and end.
///
/// A yield is resumed with this error when its task, its group or its timeout is cancelled. The
/// body may yield again, for instance to roll back or to close a connection. Then it should end,
/// usually with the same error, so that its caller learns of the cancellation.
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
/// let text = io_loop.run_sync(impatient()).unwrap();
/// assert_eq!(text, "rolled back: cancelled: the user has left");
/// ```
///
/// # An event for a body, a state for a scope
///
/// A body gets the error of a request *once*, at the yield where it is suspended. Its later yields
/// work as usual, so that its clean-up can wait. Rust has no `finally` block that the runtime could
/// recognise, and a destructor cannot yield. So everything that the body does after the error
/// counts as its clean-up. If the clean-up takes too long, the caller can send another request,
/// which arrives at the yield of the clean-up, or can limit the time with the first request
/// ([`grace`](crate::CancelCompletion::grace)).
///
/// A [scope](fn@crate::scope) that was cancelled or has failed *stays* cancelled. Each of its
/// children gets the error once. A child that is spawned into it later gets the error at its first
/// suspension: the scope should end, and the new child has nothing to clean up yet.
///
/// Other libraries have other rules:
///
/// | | a body that goes on after its cancellation | can a clean-up wait? | a child started in a cancelled scope |
/// |---|---|---|---|
/// | `gen` | gets no further error without another request; is [reported](#swallowed) if it waits at the same yield again | yes, at each yield | is cancelled at its first suspension |
/// | trio | gets the error again at every checkpoint of the cancelled scope | only in a shielded scope, with a deadline of its own | is cancelled at its first checkpoint |
/// | asyncio | gets one `CancelledError` for each `cancel()`. A body that suppresses it has to call `uncancel()` | yes | is an error: a `TaskGroup` that shuts down takes no more tasks |
/// | a dropped `Future` | cannot go on: it ends at its `.await` | no | |
///
/// Under trio's rule no loop can swallow a cancellation. But each clean-up that waits needs a
/// shield, and a missing shield shows only when the clean-up is cut off. Under asyncio's rule and
/// this one a clean-up is ordinary code, and a loop can swallow a cancellation.
///
/// # Swallowed
///
/// A cancellation is an error like any other, and **a branch that catches every error catches it**.
/// The usual case is a loop that tries again after `Err(_)`:
///
/// ```no_run
/// # use gen::yield_;
/// # use std::time::Duration;
/// # #[gen::coroutine]
/// # fn connect() -> gen::Result<u32> { Ok(7) }
/// # #[gen::coroutine]
/// # fn reconnect() -> gen::Result<u32> {
/// loop {
///     match yield_!(connect()) {
///         Ok(connection) => return Ok(connection),
///         // Without this line the task would try again, and never end.
///         Err(error) if error.is_cancelled() => return Err(error),
///         Err(_) => yield_!(gen::sleep(Duration::from_secs(1)))?,
///     }
/// }
/// # }
/// ```
///
/// (In Python `except Exception` lets asyncio's `CancelledError` through, because it is no
/// `Exception`. Rust's `Err(_)` catches everything.) A body that swallows the error goes on, and
/// the future that waits for its end waits until the body ends by itself. These help:
///
/// - [`Error::is_cancelled`](crate::Error::is_cancelled), for a branch that returns the error;
/// - [`cancel(..).grace(..)`](crate::CancelCompletion::grace), which drops a body that does not end
///   in time;
/// - another request, which raises the error again;
/// - a warning in the log (target `gen`, level `WARN`): if a task or a child of a scope waits again
///   at the yield that took its cancellation, the log has the yield and the caller of the request,
///   and asks whether the cancellation was swallowed. There is one warning for each request. It may
///   be a false alarm, for instance when a clean-up drains a queue.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Cancelled {
    /// The kind of event that made the request.
    pub source: CancelSource,
    /// The reason, for people.
    pub reason: Cow<'static, str>,
    /// The yield at which the error arrived. None if it arrived at no yield: a plain future is only
    /// dropped, and so is a body at the end of its [`grace`](crate::CancelCompletion::grace).
    pub site: Option<Site>,
    /// The caller that made the request.
    pub by: &'static Location<'static>,
    /// Identifies the request.
    request: Arc<Request>,
    /// The record of the yields that the error passes, if the request is watched.
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

    /// Sets the yield at which the error arrived, which is the first one that it passes.
    pub(crate) fn arrived(&mut self, site: Site) {
        self.site.get_or_insert(site);
    }

    /// Records that the error passed the yield at `site`, possibly beneath a context.
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
