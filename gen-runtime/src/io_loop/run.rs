//! The blocking calls: they run the loop until their future is done.
//!
//! The future is polled where it lies, pinned on the caller's stack, so it need not be `'static`. It has a
//! slot like a task, so its wakers are like any other, and its polls take their place in the queue. A panic
//! in it is caught, the turn is finished, and then the panic goes on in the caller.
use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{blocking, IoLoop};
use crate::error::{Error, Panicked, TakesUpErrors};
use crate::executor::{current, Core, LoopStopped, OnStop, Root, RunEnded, SlotId};
use crate::inject::in_flight::{resume, Thrown};
use crate::task::JoinHandle;
use crate::time::with_deadline;
use crate::yieldable::FutureOfResult;
use crate::{report, task};

/// Runs a coroutine, or any other future of a `Result`, to its end on a loop made for it.
///
/// What it leaves on the loop (tasks that were not waited for, callbacks, timers) is dropped with the loop.
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
/// The future's own; [`LoopRunning`](crate::LoopRunning) if a loop is running on this thread: yield the future
/// there; [`RuntimeRunning`](crate::RuntimeRunning) inside of a task of tokio, where the feature `tokio` is
/// on. Inside of a task of another runtime, and of tokio without the feature, the call blocks that runtime,
/// which may be for ever: see [`NoLoop`](crate::NoLoop) for what to do instead.
///
/// # Panics
///
/// A panic of the future goes on in the caller.
#[doc(alias = "run")]
pub fn run_sync<C, T, E>(coroutine: C) -> Result<T, E>
where
    C: FutureOfResult<T, E>,
    E: TakesUpErrors,
{
    IoLoop::new().run_sync(coroutine)
}

/// Runs a future to its end on a loop made for it, and gives its output as it is.
///
/// ```
/// assert_eq!(gen::block_on(async { 6 * 7 }), 42);
/// ```
///
/// # Panics
///
/// If the future panics; and where [`run_sync`] would refuse, in the words of its errors: if a loop is running
/// on this thread, or, with the feature `tokio`, a task of tokio.
#[track_caller]
pub fn block_on<F: IntoFuture<Output = T>, T>(future: F) -> T {
    IoLoop::new().block_on(future)
}

impl IoLoop {
    /// Runs a coroutine, or any other future of a `Result`, to its end.
    ///
    /// It is first polled after the callbacks that are queued already. Tasks, callbacks and timers that it
    /// leaves behind stay on the loop, and go on when the loop is run again.
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
    /// The future's own; [`LoopStopped`] if somebody [stops](crate::IoLoopHandle::stop) the loop meanwhile,
    /// or did so before: the future is dropped then; [`LoopRunning`](crate::LoopRunning) if a loop is running
    /// on this thread; [`RuntimeRunning`](crate::RuntimeRunning) inside of a task of tokio, as the function
    /// [`run_sync`] says.
    ///
    /// # Panics
    ///
    /// A panic of the future goes on in the caller, once the turn is over. The loop can be used on.
    pub fn run_sync<C, T, E>(&self, coroutine: C) -> Result<T, E>
    where
        C: FutureOfResult<T, E>,
        E: TakesUpErrors,
    {
        blocking::check().map_err(E::from)?;
        match self.run_future(coroutine.into_future(), OnStop::Return) {
            Some(result) => result,
            None => Err(E::from(LoopStopped.into())),
        }
    }

    /// Like [`run_sync`](Self::run_sync), but gives up when `limit` has passed on the loop's clock.
    ///
    /// The coroutine is not cancelled then: it stays on the loop as a task, and goes on when the loop is run
    /// again. An error that it still ends with is logged.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let error: gen::Error = io_loop.run_sync_timeout(Duration::from_secs(5), std::future::pending::<gen::Result>()).unwrap_err();
    /// assert!(error.is::<gen::TimeoutError>());
    /// assert_eq!(error.to_string(), "timeout after 5s");
    /// ```
    ///
    /// # Errors
    ///
    /// As `run_sync`, and [`TimeoutError`](crate::TimeoutError), which names the limit.
    ///
    /// # Panics
    ///
    /// As `run_sync`.
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
        let task = self.start_unopened(coroutine.into_future(), abandoned.clone());
        match self.run_sync(with_deadline(self.core.deadline(limit), limit, task)) {
            Ok(result) => result,
            Err(error) => match error.downcast_ref::<Panicked>() {
                Some(panicked) => panicked.resume(),
                None => {
                    abandoned.set(true);
                    Err(E::from(error))
                }
            },
        }
    }

    /// Spawns a future whose `Result` is handed over as it is, but logged if it is an error and nobody waits
    /// any more.
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

    /// Runs any future to its end, and gives its output as it is.
    ///
    /// Like [`run_sync`](Self::run_sync), but it cannot be [stopped](crate::IoLoopHandle::stop), for it has
    /// nothing to give back then: a request to stop stays for the next call that can be.
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread (yield the future there), or a task of tokio (see
    /// [`RuntimeRunning`](crate::RuntimeRunning)), and if the future panics.
    #[track_caller]
    pub fn block_on<F: IntoFuture<Output = T>, T>(&self, future: F) -> T {
        blocking::assert_allowed();
        match self.run_future(future.into_future(), OnStop::Ignore) {
            Some(output) => output,
            None => unreachable!("the loop was told to ignore requests to stop"),
        }
    }

    /// Runs the loop until somebody [stops](crate::IoLoopHandle::stop) it; at once if somebody already did.
    ///
    /// # Panics
    ///
    /// If a loop is running on this thread, or a task of tokio: see [`RuntimeRunning`](crate::RuntimeRunning).
    #[track_caller]
    pub fn start(&self) {
        blocking::assert_allowed();
        let _entered = current::enter(&self.core);
        self.core.run(None, OnStop::Return);
    }

    /// `None` if the loop was stopped first.
    pub(super) fn run_future<F: Future>(&self, future: F, on_stop: OnStop) -> Option<F::Output> {
        let mut root = InPlace { future: pin!(future), outcome: None };
        let slot = RootSlot { core: &self.core, id: self.core.insert_root() };
        let entered = current::enter(&self.core);
        let ended = self.core.run(Some((slot.id, &mut root)), on_stop);
        drop((entered, slot));
        match (ended, root.outcome) {
            (RunEnded::RootDone, Some(Ok(output))) => Some(output),
            (RunEnded::RootDone, Some(Err(payload))) => resume_unwind(payload),
            (RunEnded::Stopped, _) | (RunEnded::RootDone, None) => None,
        }
    }
}

/// Gives the slot back, also if the clock or a logger panics.
struct RootSlot<'a> {
    core: &'a Core,
    id: SlotId,
}

impl Drop for RootSlot<'_> {
    fn drop(&mut self) {
        self.core.release(self.id, None);
    }
}

struct InPlace<'a, F: Future> {
    future: Pin<&'a mut F>,
    outcome: Option<Result<F::Output, Box<dyn Any + Send>>>,
}

impl<F: Future> Root for InPlace<'_, F> {
    fn poll(&mut self, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) {
        // A future that panicked is not polled again; all it is good for is to be dropped.
        let polled =
            catch_unwind(AssertUnwindSafe(|| resume(thrown, cx, |cx| self.future.as_mut().poll(cx))));
        self.outcome = match polled {
            Ok(Poll::Pending) => None,
            Ok(Poll::Ready(output)) => Some(Ok(output)),
            Err(payload) => Some(Err(payload)),
        };
    }

    fn is_done(&self) -> bool {
        self.outcome.is_some()
    }
}

/// Reports the error of a coroutine that failed after its `run_sync_timeout` had given up.
fn report_late<E: fmt::Debug + 'static>(error: &E) {
    let what = format_args!("a coroutine failed after its `run_sync_timeout` had given up");
    match (error as &dyn Any).downcast_ref::<Error>() {
        Some(error) => report::failure(what, error),
        None => report::error(format_args!("{what}: {error:?}")),
    }
}
