//! `JoinHandle`: waits for a task.
//!
//! Safety: a handle is `Send` and `Sync` if the task's output is `Send`; see the `unsafe impl`s. They are
//! here because `dyn Joinable` hides of what the task consists.
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::body::Joinable;
use super::detached::report_unread;
use super::join::NoResult;
use crate::error::Error;
use crate::io_loop::{CallbackOutput, IoLoop, LoopClosed};
use crate::{report, Result};

/// Waits for a task that was started with [`spawn`](crate::spawn) or [`spawn_local`](crate::spawn_local).
///
/// Yielded or awaited, it gives the task's result. The task runs whether or not anyone waits; a handle that
/// is dropped detaches it. An error, or a panic, that nobody looked at is logged (target `gen`, level
/// `ERROR`) with its trace: at the task's end if there is no handle any more, else when the handle is dropped
/// unread. It is not thrown into the coroutine that started the task, as the failure of a callback is: that
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
/// Dropping the handle does not end the task.
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
    Started(TaskHandle<T>),
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
    pub(super) fn started(task: Pin<Arc<dyn Joinable<T>>>) -> Self {
        JoinHandle { task: Handle::Started(TaskHandle(task)) }
    }

    pub(super) fn failed(error: Error) -> Self {
        JoinHandle { task: Handle::Failed(Some(error)) }
    }

    /// Whether the task has ended, or could not be started: then waiting for it does not suspend.
    pub fn is_done(&self) -> bool {
        match &self.task {
            Handle::Started(task) => task.0.is_done(),
            Handle::Failed(_) => true,
        }
    }

    /// Runs `callback` with the task's result, on the loop that runs on this thread, always in a later turn.
    ///
    /// The callback belongs to the [error context](crate::context) of this call: if it fails, or hands an error
    /// of the task's on, that is thrown into the coroutine that is running now. So `on_done(|result| result)`
    /// gives the failure of a task that nobody waits for to whoever started it, instead of to the log.
    ///
    /// Where no loop runs the callback is dropped, the task goes on, and the mistake is logged; before a loop
    /// runs, use [`add_future`](crate::IoLoopHandle::add_future) of its handle.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     gen::spawn(async {
    ///         gen::moment().await?;
    ///         Err::<(), _>(gen::Error::new("the engine has stopped"))
    ///     })
    ///     .on_done(|result| result);
    ///     yield_!(std::future::pending::<()>())
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap_err().to_string(), "the engine has stopped");
    /// ```
    #[track_caller]
    pub fn on_done<F, R, M>(self, callback: F)
    where
        T: 'static,
        F: FnOnce(Result<T>) -> R + 'static,
        R: CallbackOutput<M>,
    {
        match IoLoop::current() {
            Some(handle) => handle.add_future(self, callback),
            None => report::error(format_args!(
                "`on_done` was called where no loop runs: it is never called back"
            )),
        }
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
            Handle::Started(task) => match task.0.poll_join(cx) {
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
            Handle::Started(task) => task.0.detach(),
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
