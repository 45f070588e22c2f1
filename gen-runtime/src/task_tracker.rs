//! `TaskTracker`: tasks on tokio that are shut down together.

use std::fmt;
use std::future::Future;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use crate::dump::TrackerDump;
use crate::error::{CancelSource, Error, Throw};
use crate::executor::{tracks_here, within_tracker, Executor, TrackedTask, Tracker};
use crate::inject::question::{saying, WaitsFor};
use crate::inject::{Cancellation, TaskTrace};
use crate::task::{spawn, spawn_on, JoinHandle};
use crate::time::with_timeout;
use crate::yieldable::FutureOfResult;

/// Tasks on tokio that can be shut down together, as [`IoLoop::shutdown`](crate::IoLoop::shutdown)
/// does it with the tasks of a loop.
///
/// It tracks the tasks that are spawned with its method [`spawn`](Self::spawn), or within
/// [`track`](Self::track), and the tasks that these spawn. Clones track the same tasks, so a web
/// service keeps one in its state.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn serve() -> gen::Result<&'static str> {
///     let end = yield_!(std::future::pending::<()>());
///     assert!(end.unwrap_err().is_cancelled());
///     yield_!(gen::sleep(Duration::from_millis(1)))?; // cleans up
///     Ok("said goodbye")
/// }
///
/// #[tokio::main]
/// async fn main() {
///     let tracker = gen::TaskTracker::new();
///     let server = tracker.spawn(serve());
///     let unfinished = tracker.shutdown(Duration::from_secs(10)).await;
///     assert!(unfinished.is_empty());
///     assert_eq!(server.await.unwrap(), "said goodbye");
/// }
/// ```
///
/// # Where it tracks
///
/// It tracks tasks on a runtime of tokio, also those of [`local`](crate::local()). The tasks of an
/// `IoLoop` end with [`IoLoop::shutdown`](crate::IoLoop::shutdown), and those of a
/// [`with_spawner`](crate::with_spawner) are not tracked. Tasks of `tokio::spawn` are not ours: no
/// error can be thrown into them.
///
/// # With a `CancellationToken`
///
/// A token of `tokio_util` can begin the shutdown, and ends the tasks of others beside ours.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
/// use tokio_util::sync::CancellationToken;
///
/// /// A coroutine that hands its own end on: dropping the guard cancels the token.
/// #[gen::coroutine]
/// fn supervise(workers: CancellationToken) -> gen::Result {
///     let _guard = workers.drop_guard();
///     yield_!(std::future::pending::<()>())
/// }
///
/// #[tokio::main]
/// async fn main() {
///     let (stop, workers) = (CancellationToken::new(), CancellationToken::new());
///     let tracker = gen::TaskTracker::new();
///     let _supervisor = tracker.spawn(supervise(workers.clone()));
///     let worker = tokio::spawn(workers.cancelled_owned());
///
///     stop.cancel(); // a signal handler does this
///     stop.cancelled().await;
///     assert!(tracker.shutdown(Duration::from_secs(10)).await.is_empty());
///     worker.await.unwrap();
/// }
/// ```
#[derive(Clone)]
#[doc(alias("graceful_shutdown", "CancellationToken", "JoinSet"))]
pub struct TaskTracker {
    tracker: Arc<Tracker>,
    /// The executor of the tasks of `spawn`: tokio, with the tracker. It is made once, because it
    /// is an allocation.
    executor: Executor,
}

// The executor changes nothing in place.
impl UnwindSafe for TaskTracker {}
impl RefUnwindSafe for TaskTracker {}

impl TaskTracker {
    /// Makes a tracker without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task that is tracked: see [`spawn`](fn@spawn).
    ///
    /// If the tracker [was shut down](Self::shutdown) before, the task is cancelled at its first
    /// suspension.
    ///
    /// # Errors
    ///
    /// Those of [`spawn`](fn@spawn).
    #[track_caller]
    pub fn spawn<C, T, E, M>(&self, coroutine: C) -> JoinHandle<T>
    where
        C: FutureOfResult<T, E>,
        C::IntoFuture: Future + Send + 'static,
        T: Send + 'static,
        E: Throw<M>,
        M: 'static,
    {
        if tracks_here() {
            spawn_on(self.executor.clone(), coroutine.into_future())
        } else {
            spawn(coroutine)
        }
    }

    /// Runs a future, and tracks the tasks that are spawned in it with [`spawn`](fn@spawn),
    /// [`spawn_local`](crate::spawn_local) or as an [`engine`](macro@crate::engine).
    ///
    /// The future itself is not tracked. A task has one tracker: within the `track` or the
    /// [`spawn`](Self::spawn) of another tracker, only the inner one tracks it.
    ///
    /// ```
    /// use std::{future::pending, time::Duration};
    ///
    /// #[tokio::main]
    /// async fn main() {
    ///     let tracker = gen::TaskTracker::new();
    ///     let task = tracker.track(async { gen::spawn(pending::<gen::Result>()) }).await;
    ///     assert_eq!(tracker.len(), 1);
    ///     tracker.shutdown(Duration::from_secs(1)).await;
    ///     assert!(task.await.unwrap_err().is_cancelled());
    /// }
    /// ```
    ///
    /// # Cancellation
    ///
    /// Dropping it drops the future. The tasks go on.
    pub fn track<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        within_tracker(Arc::clone(&self.tracker), future)
    }

    /// The number of tracked tasks that have not ended.
    ///
    /// A task is counted until its runtime has freed it. That is a little later than the moment at
    /// which its handle has the result.
    pub fn len(&self) -> usize {
        self.tracker.len()
    }

    /// Whether all tracked tasks have ended: see [`len`](Self::len).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Asks every tracked task for its wait, and gives a [`Dump`](crate::Dump) when all have
    /// answered or `within` has passed. It can be yielded, and awaited anywhere.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn serve() -> gen::Result {
    ///     yield_!(gen::sleep(Duration::from_secs(3600)))
    /// }
    ///
    /// #[tokio::main]
    /// async fn main() {
    ///     let tracker = gen::TaskTracker::new();
    ///     let _server = tracker.spawn(serve());
    ///     let dump = tracker.dump(Duration::from_secs(1)).await;
    ///     let text = dump.to_string();
    ///     assert!(text.starts_with("tracked tasks: 1\n"), "{text}");
    ///     assert!(text.contains(" in serve\n  waits for a sleep"), "{text}");
    /// }
    /// ```
    ///
    /// A task answers in its next poll, which the request causes. So the answers are not of one
    /// moment: a task that another one waits for may have ended meanwhile. A task that has not
    /// answered in time is [`Running`](crate::dump::TaskState::Running): it computes or blocks, or
    /// no thread of the runtime was free to poll it. On a runtime of one thread such a task holds
    /// up the dump as well, unless the dump is awaited elsewhere: another thread may ask by
    /// [`block_on`](crate::block_on).
    ///
    /// The [module](mod@crate::dump) lists all that a dump shows. It is not known how many wakers a
    /// future of another library keeps, except for that of a child of a group.
    ///
    /// # Which tasks are shown
    ///
    /// Those that are tracked, and have not ended before they were asked. The future of a
    /// [`track`](Self::track) is no tracked task, and neither is the body of `#[gen::main(tokio)]`:
    /// their tasks are shown, and they are not. To see the body too, spawn it:
    /// `yield_!(tracker.spawn(body()))`.
    ///
    /// A tracked task may ask. It is shown as a task that waits for a dump.
    ///
    /// # Cancellation
    ///
    /// Dropping it does not withdraw the request: each task is polled once more.
    pub fn dump(&self, within: Duration) -> TrackerDump {
        TrackerDump::new(Arc::clone(&self.tracker), within)
    }

    /// Cancels every tracked task, waits until all of them have ended or `grace` has passed, and
    /// returns those that have not ended.
    ///
    /// Each task is resumed with [`Cancelled`](crate::Cancelled), whose source is
    /// [`Shutdown`](CancelSource::Shutdown), and may clean up: see
    /// [`JoinHandle::cancel`](crate::JoinHandle::cancel). A task that is spawned later, also after
    /// the shutdown, is cancelled at its first suspension. A task that has not ended in time goes
    /// on, until the runtime drops it.
    ///
    /// Do not wait for it in a tracked task: that task would wait for its own end.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn stubborn() -> gen::Result {
    ///     loop {
    ///         let _ = yield_!(std::future::pending::<()>());
    ///     }
    /// }
    ///
    /// #[tokio::main]
    /// async fn main() {
    ///     let tracker = gen::TaskTracker::new();
    ///     drop(tracker.spawn(stubborn()));
    ///     let unfinished = tracker.shutdown(Duration::from_millis(1)).await;
    ///     assert_eq!(unfinished.len(), 1);
    ///     println!("still runs: {}", unfinished[0].spawned_at());
    ///     assert_eq!(unfinished[0].trace().await[0].function(), "stubborn");
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Where there is no timer, it does not wait, and returns every task that has not ended.
    ///
    /// # Cancellation
    ///
    /// The tasks are cancelled at its first poll. Dropping it later does not withdraw that.
    #[track_caller]
    pub fn shutdown(&self, grace: Duration) -> impl Future<Output = Vec<UnfinishedTask>> + Send + use<> {
        let request =
            Cancellation::new(CancelSource::Shutdown, "the tasks are shut down", Location::caller());
        let tracker = Arc::clone(&self.tracker);
        async move {
            tracker.cancel_all(&request);
            let ended = async {
                while let Some(ended) = tracker.ended() {
                    let _ = saying(ended, || WaitsFor::Shutdown { tasks: tracker.len() }).await;
                }
                Ok::<(), Error>(())
            };
            // The tasks that are left show whether the time was enough.
            let _ = with_timeout(grace, ended).join().await;
            tracker.unfinished().into_iter().map(|task| UnfinishedTask { task }).collect()
        }
    }
}

impl Default for TaskTracker {
    fn default() -> Self {
        let tracker = Arc::default();
        let executor = Executor::tokio(false, Some(Arc::clone(&tracker)));
        TaskTracker { tracker, executor }
    }
}

impl fmt::Debug for TaskTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTracker").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// A task that had not ended when the time of a [`shutdown`](TaskTracker::shutdown) was over.
#[derive(Clone)]
pub struct UnfinishedTask {
    task: TrackedTask,
}

impl UnfinishedTask {
    /// The position of the call that has spawned the task.
    #[must_use]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.task.spawned_at
    }

    /// Asks where the task is suspended: see [`JoinHandle::trace`](crate::JoinHandle::trace).
    pub fn trace(&self) -> TaskTrace {
        self.task.trace()
    }
}

impl fmt::Debug for UnfinishedTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnfinishedTask")
            .field("spawned_at", &format_args!("{}", self.task.spawned_at))
            .finish_non_exhaustive()
    }
}
