//! `JoinHandle`: waits for a task.
//!
//! Safety: a handle is `Send` and `Sync` if the task's output is `Send`; see the `unsafe impl`s. They are
//! here because `dyn Joinable` hides of what the task consists.
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::body::Joinable;
use super::join::NoResult;
use super::{CancelCompletion, Whom};
use crate::error::{CancelSource, Error, Throw};
use crate::executor::current::deliver;
use crate::executor::{Injection, LoopClosed, TaskId};
use crate::inject::{Cancellation, TaskTrace, TraceRequest};
use crate::report::report_unread;
use crate::Result;

/// Waits for a task that was started with [`spawn`](crate::spawn) or [`spawn_local`](crate::spawn_local).
///
/// Yielded or awaited, it gives the task's result. The task runs whether or not anyone waits; a handle that
/// is dropped detaches it. An error, or a panic, that nobody looked at is logged (target `gen`, level
/// `ERROR`) with its trace: at the task's end if there is no handle any more, else when the handle is dropped
/// unread. If the error only says that the task was [cancelled](crate::Cancelled), the level is `DEBUG`. It is not thrown into the coroutine that started the task, as the failure of a callback is: that
/// coroutine can look, and if it does not care to, [`on_done`](Self::on_done) does it.
///
/// # Errors
///
/// - the task's own;
/// - [`Panicked`](crate::Panicked) if it panicked; its payload can be resumed;
/// - [`LoopClosed`] if the loop was dropped before the task had ended;
/// - [`NoLoop`](crate::NoLoop) if there was no loop to start it on;
/// - an error that says so if the result was taken before.
///
/// # Cancellation
///
/// Dropping the handle does not end the task; [`cancel`](Self::cancel) asks it to end in good order.
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
    Started(TaskId, TaskHandle<T>),
    /// It could not be started; `None` when that was said.
    Failed(Option<Error>),
}

/// The task as the handle sees it.
struct TaskHandle<T>(Pin<Arc<dyn Joinable<T>>>);

// SAFETY: behind the pointer is always a `Task<F, T, M>` (the only implementor). It consists of a
// `ThreadBound<F>`, which is `Send` and `Sync` for every `F`, of a `Mutex` around a `Result<T>` and a
// `Waker`, which is both if `T` is `Send`, and of a `PhantomData<fn() -> M>`, which always is.
unsafe impl<T: Send> Send for TaskHandle<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for TaskHandle<T> {}

impl<T> JoinHandle<T> {
    pub(super) fn started(id: TaskId, task: Pin<Arc<dyn Joinable<T>>>) -> Self {
        JoinHandle { task: Handle::Started(id, TaskHandle(task)) }
    }

    pub(super) fn failed(error: Error) -> Self {
        JoinHandle { task: Handle::Failed(Some(error)) }
    }

    /// Whether the task has ended, or could not be started: then waiting for it does not suspend.
    pub fn is_done(&self) -> bool {
        match &self.task {
            Handle::Started(_, task) => task.0.is_done(),
            Handle::Failed(_) => true,
        }
    }

    /// Throws an error at the task: it arrives at the yield where the task is suspended.
    ///
    /// The innermost yield of the chain takes it, as with [`Coroutine::resume`](crate::Coroutine::resume): at a list, map, tuple or timeout the yield that waits for the whole does, and
    /// the children are dropped. Errors are thrown in order, one at each yield, together with those of [callbacks](crate::context). The body never runs inside of this call. It
    /// may be made on any thread, and by the task itself: then the error arrives at its next yield that has to wait.
    ///
    /// A result that is there in the same turn wins, and the error arrives at the next yield. An error that finds the task at its end is logged.
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
        let delivery = Injection::Error(error.throw(), Location::caller());
        match &self.task {
            Handle::Started(id, task) if !task.0.is_done() => deliver(*id, delivery, None),
            _ => drop(delivery.too_late()),
        }
    }

    /// Cancels the task: every leaf that it waits for is resumed with [`Cancelled`](crate::Cancelled), and may clean up. Gives what waits until the task has ended.
    ///
    /// See [`Cancelled`](crate::Cancelled) for an example, for the rule and its reason, and for a body that ignores it. The task is not waited for unless what this gives is yielded or awaited, and
    /// the request is not taken back when that is dropped. With [`grace`](CancelCompletion::grace) the task is dropped if it has not ended in time. The result is still the handle's: as a rule
    /// `Err(Cancelled)`.
    ///
    /// # Who is told
    ///
    /// - A chain of coroutines: its innermost yield.
    /// - A list, map or tuple that is yielded: each child, at its own yield. The yield that waits for the whole goes on when all have ended, with the first of their errors, also
    ///   if it was to [fail fast](crate::Multi::fail_fast). A [timeout](crate::with_timeout) hands it on, and its deadline stays.
    ///   The children of a [scope](fn@crate::scope), a [limit](fn@crate::limit), a [`first_of`](fn@crate::first_of) or a [`WaitIterator`](crate::WaitIterator) are told in the same way.
    /// - A plain future, and a body that is suspended at a plain `.await`, cannot be told, and is dropped. Its result is `Err(Cancelled)`.
    /// - A task that is waited for by its handle is told nothing, and goes on: the yield that waits is resumed. To end the task, cancel it by that handle.
    /// - Nor are others told that wait for clones of the same [`SharedFuture`](crate::SharedFuture), or whoever is to set it: they still get its value.
    /// - What runs in a [`shield`](fn@crate::shield) is told nothing before it is over.
    /// - Of a foreign `select!` or `join!`, the branch that is polled first. What a foreign collection such as `FuturesUnordered` holds is told nothing; the yield that
    ///   waits for the collection is resumed.
    ///
    /// # When
    ///
    /// - The task is told in the loop's next turn, never inside of this call.
    /// - Cancelled *twice*: if the first request has not been told yet, the second adds nothing. Later, the second is told as the first was, at the yield of the clean-up.
    /// - *Before its start*: a task runs its first step when it is spawned. What a group has not started yet is started, and told at its first yield that has to wait.
    /// - In its *own body*: at the next yield that has to wait.
    /// - In the *same instant* as a result: the result wins, and the task is told at its next yield; if it ends before that, its result stands.
    /// - From *another thread*: as from its own, with the loop's next turn.
    /// - *After its end*: nothing happens.
    #[track_caller]
    pub fn cancel(&self, reason: impl Into<Cow<'static, str>>) -> CancelCompletion {
        match &self.task {
            Handle::Started(id, task) if !task.0.is_done() => {
                let cancellation = Cancellation::new(CancelSource::Explicit, reason, Location::caller());
                let (signal, cancelling) = CancelCompletion::new(&cancellation, Whom::Task(*id));
                deliver(*id, Injection::Cancel(cancellation), Some(signal));
                cancelling
            }
            _ => CancelCompletion::ended(),
        }
    }

    /// Where the task is suspended: gives the sites of its yields, innermost first, when the task has been asked.
    ///
    /// The task is asked in the loop's next turn, by a poll like any other; if that lets it go on, the sites are those where it is suspended then. They end with the yield that waits for a
    /// list, map or tuple, or for a scope. A plain `.await` has no site. A task that has ended has none. It may be asked from any thread, and may ask itself.
    ///
    /// So that a chain costs no more than that of an `async fn`, the yields of coroutines do nothing while they wait, in a build without debug assertions: of a chain of them only the innermost
    /// yield is told then, which is the line where the task is. With debug assertions all are.
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
    /// assert_eq!(functions[0], "inner");
    /// # #[cfg(debug_assertions)]
    /// assert_eq!(functions, ["inner", "outer"]);
    /// ```
    pub fn trace(&self) -> TaskTrace {
        let (question, trace) = TraceRequest::new();
        match &self.task {
            Handle::Started(id, task) if !task.0.is_done() => {
                deliver(*id, Injection::TraceRequest(question), None)
            }
            // Dropped unasked, it is answered: nowhere.
            _ => drop(question),
        }
        trace
    }
}

// The output is never pinned: it is moved out of the task.
impl<T> Unpin for JoinHandle<T> {}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let missing = match &mut self.task {
            Handle::Failed(error) => match error.take() {
                Some(error) => return Poll::Ready(Err(error)),
                None => NoResult::Taken,
            },
            Handle::Started(_, task) => match task.0.poll_join(cx) {
                Ok(poll) => return poll,
                Err(missing) => missing,
            },
        };
        Poll::Ready(Err(match missing {
            NoResult::Taken => {
                Error::new("the result of this task was taken before: a `JoinHandle` gives it once")
            }
            NoResult::Closed => LoopClosed.into(),
        }))
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        match &self.task {
            Handle::Started(_, task) => task.0.detach(),
            Handle::Failed(Some(error)) => report_unread("a task", error),
            Handle::Failed(None) => {}
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
