//! `ScopeHandle`: waits for a child of a scope.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::child::Reply;
use super::queue::{MemberId, ScopeQueue};
use crate::error::CancelSource;
use crate::inject::Cancellation;
use crate::task::CancelCompletion;
use crate::Result;

/// Waits for a child of a [scope](crate::scope()).
///
/// Yielded or awaited, it gives the child's result, once. Dropping it changes nothing: the child belongs to the scope.
///
/// # Errors
///
/// - the child's own, which is also the scope's;
/// - [`Panicked`](crate::Panicked) if it panicked;
/// - [`ScopeEnded`](crate::ScopeEnded) if the scope was dropped, or had ended before the child was spawned;
/// - an error that says so if the result was taken before.
pub struct ScopeHandle<T> {
    reply: Arc<Reply<T>>,
    queue: Arc<ScopeQueue>,
    child: MemberId,
}

impl<T> ScopeHandle<T> {
    pub(super) fn new(reply: Arc<Reply<T>>, queue: Arc<ScopeQueue>, child: MemberId) -> Self {
        ScopeHandle { reply, queue, child }
    }

    /// Whether the child has ended: then waiting for it does not suspend.
    pub fn is_done(&self) -> bool {
        self.reply.is_done()
    }

    /// Cancels the child, and gives what waits until it has ended: as [`JoinHandle::cancel`](crate::JoinHandle::cancel) does with a task.
    ///
    /// A child that ends by it has not failed: the scope and the other children go on. With [`grace`](CancelCompletion::grace) it is dropped if it has not ended in time; nor has it failed then.
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
        let (signal, cancelling) = CancelCompletion::new(&cancellation, self.child.in_scope(&self.queue));
        self.queue.request(self.child, cancellation, signal);
        cancelling
    }
}

// The output is never pinned: it is moved out of the reply.
impl<T> Unpin for ScopeHandle<T> {}

impl<T> Future for ScopeHandle<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        self.reply.poll(cx.waker())
    }
}

impl<T> fmt::Debug for ScopeHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeHandle").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
