//! `JoinHandle`: waits for a task.
//!
//! Safety: a handle is `Send` and `Sync` if the output of the task is `Send`; see the `unsafe
//! impl`s. They are here because `dyn Joinable` hides the parts of the task.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::body::Joinable;
use super::hosted_join::HostedHandle;
use super::join::NoResult;
use super::loop_handle::LoopHandle;
use super::{CancelCompletion, CancelTarget};
use crate::error::{CancelSource, Error, Throw};
use crate::executor::requests::{deliver, TaskAddress};
use crate::executor::{report_before_join, Injection, LoopClosed, TaskId};
use crate::inject::answering::{only_answers, say};
use crate::inject::in_flight::any_in_flight;
use crate::inject::question::{TaskRef, WaitsFor};
use crate::inject::{Cancellation, TaskTrace, TraceRequest};
use crate::report::report_unread;
use crate::Result;

/// Waits for a task that was started with [`spawn`](crate::spawn) or
/// [`spawn_local`](crate::spawn_local).
///
/// Yielded or awaited, it gives the result of the task. The task runs whether or not its handle is
/// polled; dropping the handle detaches the task.
///
/// An error or a panic of the task that is never looked at is logged with its trace (target `gen`,
/// level `ERROR`): at the end of the task if it is detached, and otherwise when the handle is
/// dropped. If the error only says that the task was [cancelled](crate::Cancelled), the level is
/// `DEBUG`. The error is not thrown into the coroutine that has started the task, unlike the error
/// of a callback: that coroutine can look at the result, or pass it on with
/// [`on_done`](Self::on_done).
///
/// # Errors
///
/// - the error of the task;
/// - [`Panicked`](crate::Panicked) if the task panicked; the panic can be resumed from it;
/// - [`LoopClosed`] if the loop, or the runtime, was dropped before the task had ended;
/// - [`NoHost`](crate::NoHost) if there was no executor to start the task on;
/// - an error that says so if the handle has given its result before.
///
/// # Cancellation
///
/// Dropping the handle does not end the task; [`cancel`](Self::cancel) lets it clean up and end.
///
/// ```
/// let sum = gen::run_sync(async {
///     let task = gen::spawn(async { Ok::<_, gen::Error>(40) });
///     Ok::<_, gen::Error>(task.await? + 2)
/// });
/// assert_eq!(sum.unwrap(), 42);
/// ```
#[must_use = "dropping the handle detaches the task, and its error is logged instead of handled"]
pub struct JoinHandle<T> {
    task: Handle<T>,
}

enum Handle<T> {
    /// A task that a loop has begun.
    OnLoop(LoopHandle<T>),
    /// A task that was sent to a loop.
    Sent(SentHandle<T>),
    /// A task on a foreign executor.
    Hosted(HostedHandle<T>),
    /// The task has ended before there was a handle, or could not be started.
    Ended(EndedHandle<T>),
    /// The loop was closed before the task had ended.
    Closed,
}

/// A task that was sent to a loop, as the handle sees it.
struct SentHandle<T>(Pin<Arc<dyn Joinable<T>>>);

/// A result that is there; `None` after the handle has given it. The lock is never taken: it makes
/// the handle `Sync` for every `T`.
struct EndedHandle<T>(Mutex<Option<Result<T>>>);

impl<T> EndedHandle<T> {
    #[inline]
    fn take(&mut self) -> std::result::Result<Result<T>, NoResult> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take().ok_or(NoResult::Taken)
    }
}

// SAFETY: the pointer is to a `Sent<F, T, M>`, the only implementor. It contains a `Task`, whose
// parts are: an `Exclusive<F>`, which is `Send` and `Sync` because a `Sent` has an `F: Send` when
// it becomes a `Joinable`; a `JoinState<T>`, a mutex around a `Result<T>` and a waker, which is
// both if `T` is `Send`; a `PhantomData<fn() -> M>` and a `TaskSpan`, which always are. It adds an
// `Arc<Starting>`, which is both, because a `Starting` is captured by mail to other threads.
unsafe impl<T: Send> Send for SentHandle<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for SentHandle<T> {}

impl<T> JoinHandle<T> {
    /// For a task that a loop has begun.
    pub(super) fn on_loop(task: LoopHandle<T>) -> Self {
        JoinHandle { task: Handle::OnLoop(task) }
    }

    /// For a task that was sent to a loop.
    pub(super) fn sent(task: Pin<Arc<dyn Joinable<T>>>) -> Self {
        JoinHandle { task: Handle::Sent(SentHandle(task)) }
    }

    /// For a task on a foreign executor.
    pub(super) fn hosted(task: HostedHandle<T>) -> Self {
        JoinHandle { task: Handle::Hosted(task) }
    }

    /// A handle that has given its result.
    pub(super) fn taken() -> Self {
        JoinHandle { task: Handle::Ended(EndedHandle(Mutex::new(None))) }
    }

    pub(crate) fn failed(error: Error) -> Self {
        Self::ended(Err(error))
    }

    /// For a task that has ended in its first step.
    pub(super) fn ended(result: Result<T>) -> Self {
        JoinHandle { task: Handle::Ended(EndedHandle(Mutex::new(Some(result)))) }
    }

    /// Returns the result of a task that has ended in its first step, or could not be started.
    #[inline]
    pub(crate) fn into_first_result(self) -> Option<Result<T>> {
        match self.task {
            Handle::Ended(mut task) => task.take().ok(),
            running => {
                drop(running);
                None
            }
        }
    }

    /// The address of a task that has not ended.
    fn address(&self) -> Option<TaskAddress> {
        match &self.task {
            Handle::OnLoop(task) => (!task.has_ended()).then(|| TaskAddress::OnLoop(task.id())),
            Handle::Sent(task) => (!task.0.is_done()).then(|| Pin::clone(&task.0).address()),
            Handle::Hosted(task) => task.running().map(|task| TaskAddress::Hosted(task.clone())),
            Handle::Ended(_) | Handle::Closed => None,
        }
    }

    /// Whether the task has ended, or could not be started: waiting for it does not suspend then.
    pub fn is_done(&self) -> bool {
        match &self.task {
            Handle::OnLoop(task) => task.has_ended(),
            Handle::Sent(task) => task.0.is_done(),
            Handle::Hosted(task) => task.running().is_none(),
            Handle::Ended(_) | Handle::Closed => true,
        }
    }

    /// Throws an error at the task: it arrives at the yield where the task is suspended.
    ///
    /// The innermost yield of the chain takes it, as with
    /// [`Coroutine::resume`](crate::Coroutine::resume). Where a coroutine waits for a list, map,
    /// tuple or timeout, the yield of the whole takes it, and the children are dropped. Errors
    /// arrive in the order in which they were thrown, one at each yield, together with those of
    /// [callbacks](crate::context). The body never runs inside of this call. Any thread may call
    /// it, and the task itself: then the error arrives at its next yield that has to wait.
    ///
    /// A result that is ready in the same poll wins, and the error arrives at the next yield. If
    /// there is no further yield, the error is logged.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn listen() -> gen::Result<String> {
    ///     match yield_!(std::future::pending::<()>()) {
    ///         Err(error) => Ok(format!("interrupted: {error}")),
    ///         Ok(()) => Ok("silence".to_owned()),
    ///     }
    /// }
    ///
    /// let heard = gen::run_sync(async {
    ///     let task = gen::spawn(listen());
    ///     task.throw("the line is cut");
    ///     task.await
    /// });
    /// assert_eq!(heard.unwrap(), "interrupted: the line is cut");
    /// ```
    #[track_caller]
    pub fn throw<E: Throw<M>, M>(&self, error: E) {
        let injection = Injection::Error(error.throw(), Location::caller());
        match self.address() {
            Some(task) => deliver(task, injection, None),
            None => drop(injection.too_late()),
        }
    }

    /// Cancels the task: every leaf that it waits for is resumed with
    /// [`Cancelled`](crate::Cancelled), and may clean up.
    ///
    /// Returns a future that completes when the task has ended. Dropping it does not withdraw the
    /// request. With [`grace`](CancelCompletion::grace) the task is dropped if it does not end in
    /// time. The handle still gives the result of the task, which is `Err(Cancelled)` as a rule.
    /// [`Cancelled`](crate::Cancelled) has an example, the rule and its reason, and what happens if
    /// the body ignores the error.
    ///
    /// # Where it arrives
    ///
    /// | the task waits for | the cancellation arrives |
    /// |---|---|
    /// | a chain of coroutines | at the innermost yield |
    /// | a list, map or tuple | at the yield of each child. The yield of the whole goes on when all children have ended, with the first of their errors, also if it was to [fail fast](crate::Multi::fail_fast) |
    /// | a [scope](fn@crate::scope), [limit](fn@crate::limit), [`first_of`](fn@crate::first_of) or [`WaitIterator`](crate::WaitIterator) | at the yield of each child |
    /// | a [timeout](crate::with_timeout) | at the yield of its child; the deadline stays |
    /// | a [`shield`](fn@crate::shield) | when the shield is over |
    /// | the handle of another task | at the yield that waits for it. The other task goes on: cancel it by its own handle |
    /// | a [`SharedFuture`](crate::SharedFuture) | at the yield that waits for it. Its clones still get the value |
    /// | a `select!` or `join!` of another library | at the branch that is polled first |
    /// | a collection of another library, such as `FuturesUnordered` | at the yield that waits for it, and not at its futures |
    ///
    /// A plain future, and a body that is suspended at a plain `.await`, cannot take a
    /// cancellation: it is dropped, and its result is `Err(Cancelled)`.
    ///
    /// # When it arrives
    ///
    /// - In the next turn of the loop, or the next poll by another executor. Never inside of this
    ///   call, whichever thread makes the call.
    /// - If the task cancels *itself*: at its next yield that has to wait.
    /// - *Again*: a second request adds nothing while the first has not arrived. Later it arrives
    ///   like the first, at the yield of the clean-up.
    /// - *Before the start* of a child of a group: the child is started, and the cancellation
    ///   arrives at its first yield that has to wait. (A task itself runs its first step when it is
    ///   spawned.)
    /// - In the *same instant* as a result: the result wins, and the cancellation arrives at the
    ///   next yield. If the task ends first, its result stands.
    /// - *After the end* of the task: never.
    #[track_caller]
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) -> CancelCompletion {
        self.cancel_by(reason, Location::caller())
    }

    /// As [`cancel`](Self::cancel), by code at that position.
    pub(crate) fn cancel_by(
        &self,
        reason: impl Into<Cow<'static, str>>,
        by: &'static Location<'static>,
    ) -> CancelCompletion {
        let Some(task) = self.address() else { return CancelCompletion::ended() };
        let cancellation = Cancellation::new(CancelSource::Explicit, reason, by);
        let (end_sender, completion) = CancelCompletion::new(&cancellation, CancelTarget::Task(task.clone()));
        deliver(task, Injection::Cancel(cancellation), Some(end_sender));
        completion
    }

    /// Asks where the task is suspended: gives the sites of its yields, innermost first.
    ///
    /// The task answers in the next turn of its loop, or in the next poll by another executor. This
    /// is a poll like any other: if it lets the task go on, the sites are those where the task is
    /// suspended afterwards. They end with the yield that waits for a list, map, tuple or scope. A
    /// plain `.await` has no site, and a task that has ended has none. Any thread may call this,
    /// and the task itself.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn inner() -> gen::Result {
    ///     yield_!(std::future::pending::<()>())
    /// }
    ///
    /// #[gen::coroutine]
    /// fn outer() -> gen::Result {
    ///     yield_!(inner())
    /// }
    ///
    /// let sites = gen::run_sync(async {
    ///     let task = gen::spawn(outer());
    ///     Ok::<_, gen::Error>(task.trace().await)
    /// });
    /// let functions: Vec<_> = sites.unwrap().iter().map(gen::Site::function).collect();
    /// assert_eq!(functions, ["inner", "outer"]);
    /// ```
    pub fn trace(&self) -> TaskTrace {
        let (request, trace) = TraceRequest::new();
        match self.address() {
            Some(task) => deliver(task, Injection::TraceRequest(request), None),
            // Its drop answers that the task is suspended nowhere.
            None => drop(request),
        }
        trace
    }
}

// The output is never pinned: it is moved out of the task.
impl<T> Unpin for JoinHandle<T> {}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if any_in_flight() && self.answers_only(cx) {
            return Poll::Pending;
        }
        // Apart from each other, so that each keeps only the registers that it needs.
        match &self.task {
            Handle::Hosted(_) => self.poll_hosted(cx),
            Handle::OnLoop(_) | Handle::Ended(_) => self.poll_here(cx),
            Handle::Sent(_) | Handle::Closed => self.poll_sent(cx),
        }
    }
}

impl<T> JoinHandle<T> {
    #[inline(never)]
    fn poll_hosted(&mut self, cx: &Context<'_>) -> Poll<Result<T>> {
        let Handle::Hosted(task) = &mut self.task else { unreachable!("`poll` has looked") };
        match task.poll(cx) {
            Poll::Ready(Ok(ended)) => Poll::Ready(ended.take()),
            Poll::Ready(Err(why)) => Poll::Ready(Err(self.no_result(why))),
            Poll::Pending => {
                report_before_join();
                self.wait(cx)
            }
        }
    }

    /// Polls the handle of a task that has no other owner but its loop.
    #[inline(never)]
    fn poll_here(&mut self, cx: &Context<'_>) -> Poll<Result<T>> {
        let polled = match &mut self.task {
            Handle::OnLoop(task) => match task.poll(cx.waker()) {
                Poll::Ready(polled) => polled,
                Poll::Pending => return self.wait(cx),
            },
            Handle::Ended(task) => task.take(),
            Handle::Sent(_) | Handle::Hosted(_) | Handle::Closed => unreachable!("`poll` has looked"),
        };
        Poll::Ready(self.result(polled))
    }

    /// Polls the handle of a task that was sent to a loop, and leaves the task at its end.
    #[inline(never)]
    fn poll_sent(&mut self, cx: &Context<'_>) -> Poll<Result<T>> {
        let polled = match &mut self.task {
            Handle::Sent(task) => task.0.poll_join(cx),
            _ => Poll::Ready(Err(NoResult::Closed)),
        };
        let Poll::Ready(polled) = polled else {
            report_before_join();
            return self.wait(cx);
        };
        *self = Self::taken();
        Poll::Ready(self.result(polled))
    }

    /// The task has not ended, and keeps the waker.
    #[inline]
    fn wait(&self, cx: &Context<'_>) -> Poll<Result<T>> {
        if any_in_flight() {
            self.say(cx.waker(), 1);
        }
        Poll::Pending
    }

    /// Answers if this poll is only for the answer to a question, and returns whether it is. Such a
    /// poll takes no result, and keeps no waker in the place of another one. If the task has ended
    /// and has woken no future, this may be the first poll, and asks for the next one.
    #[cold]
    #[inline(never)]
    fn answers_only(&self, cx: &Context<'_>) -> bool {
        if !only_answers(cx.waker()) || !(self.is_done() || self.is_awaited()) {
            return false;
        }
        self.say(cx.waker(), 0);
        if !self.is_awaited() {
            cx.waker().wake_by_ref();
        }
        true
    }

    /// Whether the end of a task on a loop wakes a future, or has woken one.
    #[cold]
    fn is_awaited(&self) -> bool {
        matches!(&self.task, Handle::OnLoop(task) if task.is_awaited())
    }

    /// The name of the task, if this is the handle of a task on a loop.
    pub(crate) fn id_on_loop(&self) -> Option<TaskId> {
        match self.address()? {
            TaskAddress::OnLoop(task) => Some(task),
            _ => None,
        }
    }

    /// Answers a question. The task keeps that many clones of the waker.
    #[cold]
    #[inline(never)]
    fn say(&self, waker: &Waker, kept: usize) {
        say(self, waker, kept, |_| {
            let task = TaskRef::to(self.address().and_then(|task| task.tag()));
            WaitsFor::Task { task }
        });
    }

    #[inline]
    fn result(&mut self, polled: std::result::Result<Result<T>, NoResult>) -> Result<T> {
        polled.unwrap_or_else(|why| Err(self.no_result(why)))
    }

    #[cold]
    fn no_result(&mut self, why: NoResult) -> Error {
        match why {
            NoResult::Taken => {
                Error::new("the result of this task was taken before: a `JoinHandle` gives it once")
            }
            NoResult::Closed => {
                self.task = Handle::Closed;
                LoopClosed.into()
            }
        }
    }
}

impl<T> Drop for SentHandle<T> {
    fn drop(&mut self) {
        self.0.detach();
    }
}

impl<T> Drop for EndedHandle<T> {
    #[inline]
    fn drop(&mut self) {
        if let Ok(Err(error)) = self.take() {
            drop_unread(error);
        }
    }
}

#[cold]
fn drop_unread(error: Error) {
    report_unread("a task", &error);
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
