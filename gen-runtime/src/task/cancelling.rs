//! `CancelCompletion`: what a cancel gives, to wait for the end of what was cancelled.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::executor::current::cut_short;
use crate::executor::TaskId;
use crate::inject::{end_channel, Cancellation, EndSender, Ended};

/// Waits until a task, or a child of a scope, that is being cancelled has ended: made by [`JoinHandle::cancel`](crate::JoinHandle::cancel) and
/// [`ScopeHandle::cancel`](crate::ScopeHandle::cancel).
///
/// Dropping it does not take the request back, nor its [`grace`](Self::grace).
pub struct CancelCompletion {
    /// None if it had ended before.
    target: Option<Target>,
}

struct Target {
    ended: Ended,
    request: Cancellation,
    whom: Whom,
}

/// Who is cancelled.
pub(crate) enum Whom {
    Task(TaskId),
    /// A child of a scope.
    Child(Arc<dyn CutShort>, u64),
}

/// What can drop a child of its own before the end of that.
pub(crate) trait CutShort: Send + Sync {
    /// Drops the child when `grace` has passed, if it has not ended by then. Its result is that it was cancelled.
    fn cut_short(&self, child: u64, grace: Duration, request: Cancellation);
}

impl CancelCompletion {
    /// Of a task that has ended.
    pub(crate) fn ended() -> Self {
        CancelCompletion { target: None }
    }

    pub(crate) fn new(request: &Cancellation, whom: Whom) -> (EndSender, Self) {
        let (signal, ended) = end_channel();
        (signal, CancelCompletion { target: Some(Target { ended, request: request.clone(), whom }) })
    }

    /// Drops what is cancelled when `grace` has passed, if it has not ended by then: its clean-up hangs, or it has [swallowed](crate::Cancelled#swallowed) the cancellation.
    ///
    /// The time counts from now, on the clock of the task's loop, and goes on whether or not this is waited for. The result is `Err(Cancelled)` then, without a
    /// [site](crate::Cancelled::site). A [shield](fn@crate::shield) does not keep it. Of several such times, also of several requests, the one that ends first counts.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn reconnects() -> gen::Result {
    ///     loop {
    ///         if yield_!(gen::sleep(Duration::from_secs(3600))).is_err() {
    ///             continue; // whatever it is
    ///         }
    ///     }
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<bool> {
    ///     let task = gen::spawn(reconnects());
    ///     yield_!(task.cancel("the program ends").grace(Duration::from_secs(5)))?;
    ///     Ok(yield_!(task).unwrap_err().is_cancelled())
    /// }
    /// let clock = gen::VirtualClock::new();
    /// let began = clock.now();
    /// assert!(gen::IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap());
    /// assert_eq!((clock.now() - began).as_secs(), 5);
    /// ```
    ///
    /// # Errors
    ///
    /// A child of a scope that is polled where no loop runs, and so no time passes, is dropped at once, and has failed with [`NoLoop`](crate::NoLoop).
    pub fn grace(self, grace: Duration) -> Self {
        if let Some(Target { request, whom, .. }) = &self.target {
            match whom {
                Whom::Task(task) => cut_short(*task, grace, request.clone()),
                Whom::Child(scope, child) => scope.cut_short(*child, grace, request.clone()),
            }
        }
        self
    }
}

impl Future for CancelCompletion {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.target {
            Some(Target { ended, .. }) => Pin::new(ended).poll(cx),
            None => Poll::Ready(()),
        }
    }
}

impl fmt::Debug for CancelCompletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelCompletion").finish_non_exhaustive()
    }
}
