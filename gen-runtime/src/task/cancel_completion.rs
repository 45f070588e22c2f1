//! `CancelCompletion`: waits for the end of a task, or of a child of a scope, that was cancelled.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::executor::requests::{cut_short, TaskAddress};
use crate::inject::answering::say;
use crate::inject::question::{TaskRef, WaitsFor};
use crate::inject::{end_channel, Cancellation, EndSender, Ended};
use crate::opaque::opaque_debug;

/// Waits until a task, or a child of a scope, that is being cancelled has ended: made by
/// [`JoinHandle::cancel`](crate::JoinHandle::cancel) and
/// [`ScopeHandle::cancel`](crate::ScopeHandle::cancel).
///
/// Dropping it does not withdraw the request, nor its [`grace`](Self::grace).
pub struct CancelCompletion {
    /// `None` if the task or child had ended before the request.
    running: Option<Running>,
}

struct Running {
    ended: Ended,
    request: Cancellation,
    target: CancelTarget,
}

/// The task or child that is cancelled.
pub(crate) enum CancelTarget {
    Task(TaskAddress),
    /// The child of that number in the scope.
    Child(Arc<dyn CutShort>, u64),
}

/// A scope, as far as it can drop a child before the child has ended.
pub(crate) trait CutShort: Send + Sync {
    /// Drops the child if it has not ended when `grace` has passed. Its result is `Err(Cancelled)`
    /// then.
    fn cut_short(&self, child: u64, grace: Duration, request: Cancellation);
}

impl CancelCompletion {
    /// For a task or child that has ended.
    pub(crate) fn ended() -> Self {
        CancelCompletion { running: None }
    }

    /// The task, if it is one.
    fn task(&self) -> Option<TaskRef> {
        match &self.running.as_ref()?.target {
            CancelTarget::Task(task) => Some(TaskRef::to(task.tag())),
            CancelTarget::Child(..) => None,
        }
    }

    pub(crate) fn new(request: &Cancellation, target: CancelTarget) -> (EndSender, Self) {
        let (end_sender, ended) = end_channel();
        (end_sender, CancelCompletion { running: Some(Running { ended, request: request.clone(), target }) })
    }

    /// Drops the task or child if it has not ended when `grace` has passed: because its clean-up
    /// hangs, or because it has [swallowed](crate::Cancelled#swallowed) the cancellation.
    ///
    /// The time counts from this call, on the clock of the executor that runs the task, and goes on
    /// whether or not this future is polled. The result of a dropped task is `Err(Cancelled)`,
    /// without a [site](crate::Cancelled::site). A [shield](fn@crate::shield) does not protect from
    /// the drop. If there are several such times, also by several requests, the one that ends first
    /// counts.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn reconnects() -> gen::Result {
    ///     loop {
    ///         if yield_!(gen::sleep(Duration::from_secs(3600))).is_err() {
    ///             continue; // swallows the cancellation, too
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
    /// Where there is no timer, the task is dropped at once. A child of a scope is too, and its
    /// result is [`NoHost`](crate::NoHost) then.
    pub fn grace(self, grace: Duration) -> Self {
        if let Some(Running { request, target, .. }) = &self.running {
            match target {
                CancelTarget::Task(task) => cut_short(task, grace, request.clone()),
                CancelTarget::Child(scope, child) => scope.cut_short(*child, grace, request.clone()),
            }
        }
        self
    }
}

impl Future for CancelCompletion {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.running {
            Some(Running { ended, .. }) => {
                if Pin::new(ended).poll(cx).is_ready() {
                    return Poll::Ready(());
                }
            }
            None => return Poll::Ready(()),
        }
        say(&*self, cx.waker(), 1, |_| WaitsFor::Cancelled { task: self.task() });
        Poll::Pending
    }
}

opaque_debug!([] CancelCompletion);
