//! The blocking calls, which run the loop until their future is ready.
//!
//! The future is pinned on the caller's stack, so it need not be `'static`. It has a slot like a
//! task: its wakers are like all others, and its polls take their place in the queue. If it panics,
//! the loop finishes the turn, and then the panic is resumed in the caller.

use std::any::{type_name, Any};
use std::cell::Cell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use super::watch::{self, Unfinished};
use super::{blocking, IoLoop};
use crate::bindings::{Bound, Ends};
use crate::error::{Error, Panicked, TakesUpErrors, TimeoutError};
use crate::executor::{current, Core, LoopStopped, OnIdle, OnStop, Root, SlotId, TaskId};
use crate::inject::in_flight::{resume, Thrown};
use crate::task::JoinHandle;
use crate::time::{limited_until, timeout_error};
use crate::yieldable::FutureOfResult;
use crate::{report, task};

/// Runs a coroutine, or any other future of a `Result`, to its end on a new loop.
///
/// The loop is dropped when the coroutine has ended, and with it the tasks, callbacks and timers
/// that are left on it.
///
/// ```
/// let answer = gen::run_sync(async {
///     gen::moment().await?;
///     Ok::<_, gen::Error>(42)
/// });
/// assert_eq!(answer.unwrap(), 42);
/// ```
///
/// # Errors
///
/// - the error of the future;
/// - [`Deadlock`](crate::Deadlock) if nothing can wake the future, for certain: it is dropped;
/// - [`LoopRunning`](crate::LoopRunning) if a loop is running on this thread: yield the future
///   there;
/// - [`RuntimeRunning`](crate::RuntimeRunning) inside of a task of tokio, if the feature `tokio` is
///   on.
///
/// Inside of a task of another runtime, and of tokio without the feature, the call blocks that
/// runtime, perhaps for ever: see [`NoHost`](crate::NoHost) for the alternative.
///
/// # Panics
///
/// If the future panics: the panic is resumed in the caller.
#[doc(alias = "run")]
pub fn run_sync<C, T, E>(coroutine: C) -> Result<T, E>
where
    C: FutureOfResult<T, E>,
    E: TakesUpErrors,
{
    IoLoop::new().run_sync(coroutine)
}

/// Runs a future to its end on a new loop, and returns its output.
///
/// ```
/// assert_eq!(gen::block_on(async { 6 * 7 }), 42);
/// ```
///
/// # Panics
///
/// - If the future panics;
/// - if nothing can wake it, for certain: see [`Deadlock`](crate::Deadlock);
/// - if a loop is running on this thread, or inside of a task of tokio, if the feature `tokio` is
///   on. The errors of [`run_sync`] say what to do instead.
#[track_caller]
pub fn block_on<F: IntoFuture<Output = T>, T>(future: F) -> T {
    IoLoop::new().block_on(future)
}

impl IoLoop {
    /// Runs a coroutine, or any other future of a `Result`, to its end.
    ///
    /// The future is first polled after the callbacks that are queued already. The tasks, callbacks
    /// and timers that it leaves behind stay on the loop, and go on when the loop is run again.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// let text = String::from("borrowed");
    /// let length = io_loop.run_sync(async { Ok::<_, gen::Error>(text.len()) })?;
    /// assert_eq!(length, 8);
    /// # Ok::<(), gen::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - the error of the future;
    /// - [`LoopStopped`] if the loop is [stopped](crate::IoLoopHandle::stop) before the future is
    ///   ready, or was stopped before the call: the future is dropped;
    /// - [`Deadlock`](crate::Deadlock) if nothing can wake the future, for certain: it is dropped,
    ///   and the other tasks stay on the loop;
    /// - [`LoopRunning`](crate::LoopRunning) and [`RuntimeRunning`](crate::RuntimeRunning), where
    ///   the function [`run_sync`] gives them.
    ///
    /// # Panics
    ///
    /// If the future panics: the panic is resumed in the caller at the end of the turn. The loop
    /// stays usable.
    pub fn run_sync<C, T, E>(&self, coroutine: C) -> Result<T, E>
    where
        C: FutureOfResult<T, E>,
        E: TakesUpErrors,
    {
        blocking::check().map_err(E::from)?;
        match self.run_future(coroutine.into_future(), OnStop::Return) {
            Ok(result) => result,
            Err(Unfinished::Stopped) => Err(E::from(LoopStopped.into())),
            Err(Unfinished::Deadlock(deadlock)) => Err(E::from(Error::from(*deadlock))),
        }
    }

    /// Like [`run_sync`](Self::run_sync), but gives up when `limit` has passed on the loop's clock.
    ///
    /// The coroutine is not cancelled then: it stays on the loop as a task, and goes on when the
    /// loop is run again. If it ends with an error, the error is logged.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let never = std::future::pending::<gen::Result>();
    /// let error = io_loop.run_sync_timeout(Duration::from_secs(5), never).unwrap_err();
    /// assert!(error.is::<gen::TimeoutError>());
    /// assert_eq!(error.to_string(), "timeout after 5s");
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of `run_sync`, and [`TimeoutError`](crate::TimeoutError), which names the limit,
    /// and [where](crate::TimeoutError::waiting) the coroutine was suspended. [`dump`](Self::dump)
    /// has the waits of the other tasks.
    ///
    /// # Panics
    ///
    /// If the future panics, as `run_sync`.
    #[track_caller]
    pub fn run_sync_timeout<C, T, E>(&self, limit: Duration, coroutine: C) -> Result<T, E>
    where
        C: FutureOfResult<T, E>,
        C::IntoFuture: 'static,
        T: 'static,
        E: TakesUpErrors + fmt::Debug + 'static,
    {
        blocking::check().map_err(E::from)?;
        let abandoned = Rc::new(Cell::new(false));
        let deadline = self.core.deadline(limit);
        // The limit is around the task, too.
        let bound = Bound::new(coroutine.into_future(), deadline.map_or(Ends::Never, Ends::At));
        let task = self.start_unopened(bound, abandoned.clone());
        let id = task.id_on_loop();
        match self.run_sync(limited_until(deadline, limit, task)) {
            Ok(result) => result,
            Err(error) => match error.downcast_ref::<Panicked>() {
                Some(panicked) => panicked.resume(),
                None => {
                    abandoned.set(true);
                    Err(E::from(match error.is::<TimeoutError>() {
                        true => self.timed_out(id, limit),
                        false => error,
                    }))
                }
            },
        }
    }

    /// The error of a limit, with the wait of the task that has not ended in time. That of the
    /// timeout would tell only that the task was waited for.
    fn timed_out(&self, task: Option<TaskId>, limit: Duration) -> Error {
        let _entered = current::enter(&self.core);
        let waiting = task.and_then(|task| self.core.wait_of(task));
        timeout_error(limit, None, waiting.map(Box::new))
    }

    /// Spawns `future` as a task whose value is the whole `Result`. If `abandoned` is set when the
    /// task ends, its error is logged.
    #[track_caller]
    fn start_unopened<F, T, E>(&self, future: F, abandoned: Rc<Cell<bool>>) -> JoinHandle<Result<T, E>>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
        E: fmt::Debug + 'static,
    {
        task::start(&self.core, async move {
            let result = future.await;
            if let (true, Err(error)) = (abandoned.get(), &result) {
                report_late(error);
            }
            Ok::<_, Error>(result)
        })
    }

    /// Runs any future to its end, and returns its output.
    ///
    /// Unlike [`run_sync`](Self::run_sync), it is not [stopped](crate::IoLoopHandle::stop), because
    /// it would have no output to return. A request to stop is kept for the next call that can be
    /// stopped.
    ///
    /// # Panics
    ///
    /// - If the future panics;
    /// - if nothing can wake it, for certain: see [`Deadlock`](crate::Deadlock);
    /// - if a loop is running on this thread: yield the future there;
    /// - inside of a task of tokio: see [`RuntimeRunning`](crate::RuntimeRunning).
    #[track_caller]
    pub fn block_on<F: IntoFuture<Output = T>, T>(&self, future: F) -> T {
        blocking::assert_allowed();
        match self.run_future(future.into_future(), OnStop::Ignore) {
            Ok(output) => output,
            Err(Unfinished::Deadlock(deadlock)) => panic!("{deadlock}"),
            Err(Unfinished::Stopped) => unreachable!("the loop ignores requests to stop"),
        }
    }

    /// Runs the loop until it is [stopped](crate::IoLoopHandle::stop).
    ///
    /// Returns at once if the loop was stopped before the call.
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread; and inside of a task of tokio, see
    /// [`RuntimeRunning`](crate::RuntimeRunning).
    #[track_caller]
    pub fn start(&self) {
        blocking::assert_allowed();
        let _entered = current::enter(&self.core);
        self.core.run(None, OnStop::Return, OnIdle::SLEEP);
    }

    /// Runs the loop until the future is ready.
    pub(super) fn run_future<F: Future>(&self, future: F, on_stop: OnStop) -> Result<F::Output, Unfinished> {
        match with_root(&self.core, future, |root| watch::run(&self.core, Some(root), on_stop)) {
            (Ok(()), Some(Ok(output))) => Ok(output),
            (Ok(()), Some(Err(payload))) => resume_unwind(payload),
            (Ok(()), None) => unreachable!("the root is done"),
            (Err(unfinished), _) => Err(unfinished),
        }
    }
}

/// Gives the future a slot of the loop, calls `run`, which runs the loop, and drops the future.
///
/// Returns the result of `run`, and the output or the panic of the future, if it has ended.
pub(crate) fn with_root<F: Future, R>(
    core: &Rc<Core>,
    future: F,
    run: impl FnOnce((SlotId, &mut dyn Root)) -> R,
) -> (R, Option<thread::Result<F::Output>>) {
    let mut root = InPlace { future: pin!(future), has_begun: false, outcome: None };
    let slot = RootSlot { core, id: core.insert_root() };
    let entered = current::enter(core);
    let ended = run((slot.id, &mut root));
    drop((entered, slot));
    (ended, root.outcome)
}

/// Releases the slot of the future, also if the clock or a logger panics.
struct RootSlot<'a> {
    core: &'a Core,
    id: SlotId,
}

impl Drop for RootSlot<'_> {
    fn drop(&mut self) {
        self.core.release(self.id);
    }
}

/// A future that its caller has pinned, and its output or panic.
struct InPlace<'a, F: Future> {
    future: Pin<&'a mut F>,
    has_begun: bool,
    outcome: Option<thread::Result<F::Output>>,
}

impl<F: Future> Root for InPlace<'_, F> {
    fn poll(&mut self, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) {
        self.has_begun = true;
        // A future that has panicked is not polled again: it is only dropped.
        let polled =
            catch_unwind(AssertUnwindSafe(|| resume(thrown, cx, |cx| self.future.as_mut().poll(cx))));
        match polled {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(output)) => self.outcome = Some(Ok(output)),
            Err(payload) => self.outcome = Some(Err(payload)),
        }
    }

    fn has_begun(&self) -> bool {
        self.has_begun
    }

    fn is_done(&self) -> bool {
        self.outcome.is_some()
    }

    fn type_name(&self) -> &'static str {
        type_name::<F>()
    }
}

/// Reports the error of a coroutine that failed after its `run_sync_timeout` had given up.
fn report_late<E: fmt::Debug + 'static>(error: &E) {
    let event = format_args!("a coroutine failed after its `run_sync_timeout` had given up");
    match (error as &dyn Any).downcast_ref::<Error>() {
        Some(error) => report::failure(event, error),
        None => report::error(format_args!("{event}: {error:?}")),
    }
}
