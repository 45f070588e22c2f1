//! `ScopeHandle`: waits for a child of a scope.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::errors::ScopeEnded;
use super::queue::{MemberId, ScopeQueue};
use crate::error::CancelSource;
use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::inject::Cancellation;
use crate::task::CancelCompletion;
use crate::waiter::{Missing, Receiver};
use crate::{Error, Result};

/// Waits for a child of a [scope](crate::scope()).
///
/// Yielded or awaited, it gives the result of the child, once. Dropping it has no effect: the child
/// belongs to the scope.
///
/// # Errors
///
/// - the error of the child, which is also a failure of the scope;
/// - [`Panicked`](crate::Panicked) if the child panicked;
/// - [`ScopeEnded`] if the scope was dropped, or had ended before the child was
///   spawned;
/// - an error that says so if the handle has given its result before.
pub struct ScopeHandle<T> {
    reply: Receiver<Result<T>>,
    queue: Arc<ScopeQueue>,
    child: MemberId,
}

impl<T> ScopeHandle<T> {
    pub(super) fn new(reply: Receiver<Result<T>>, queue: Arc<ScopeQueue>, child: MemberId) -> Self {
        ScopeHandle { reply, queue, child }
    }

    /// Whether the child has ended: waiting for it does not suspend then.
    pub fn is_done(&self) -> bool {
        self.reply.is_ready()
    }

    /// Cancels the child, as [`JoinHandle::cancel`](crate::JoinHandle::cancel) cancels a task.
    ///
    /// Returns a future that completes when the child has ended. A child that ends by the
    /// cancellation has not failed: the scope and the other children go on. The same holds for a
    /// child that is dropped because its [`grace`](CancelCompletion::grace) has passed.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<&'static str> {
    ///     yield_!(gen::scope(|scope| async move {
    ///         let child = scope.spawn(std::future::pending::<gen::Result>());
    ///         yield_!(child.cancel("not wanted any more"))?;
    ///         assert!(yield_!(child).unwrap_err().is::<gen::Cancelled>());
    ///         Ok::<_, gen::Error>("goes on")
    ///     }))
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), "goes on");
    /// ```
    #[track_caller]
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) -> CancelCompletion {
        if self.is_done() {
            return CancelCompletion::ended();
        }
        let cancellation = Cancellation::new(CancelSource::Explicit, reason, Location::caller());
        let (end_sender, completion) = CancelCompletion::new(&cancellation, self.child.in_scope(&self.queue));
        self.queue.request(self.child, cancellation, end_sender);
        completion
    }
}

// The output is never pinned: it is moved out of the reply.
impl<T> Unpin for ScopeHandle<T> {}

impl<T> Future for ScopeHandle<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let polled = Pin::new(&mut self.reply).poll(cx);
        if polled.is_pending() {
            say(&*self, cx.waker(), 1, |_| WaitsFor::ScopeChild { child: self.child.child() });
        }
        polled.map(|reply| {
            reply.unwrap_or_else(|missing| {
                Err(match missing {
                    Missing::Taken => {
                        Error::new("the result of this child was taken before: a `ScopeHandle` gives it once")
                    }
                    Missing::NeverSent => ScopeEnded.into(),
                })
            })
        })
    }
}

impl<T> fmt::Debug for ScopeHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeHandle").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
