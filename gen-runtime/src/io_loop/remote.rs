//! `Remote`: requests to a loop from other threads. `KeepAlive`: the loop waits for one of them.

use std::future::Future;
use std::sync::Arc;

use crate::error::{CallbackOutput, Throw};
use crate::executor::{host, run_in, LoopClosed, Mail, NoHost, Shared};
use crate::inject::fixed_order::{self, RefusedKind};
use crate::opaque::opaque_debug;
use crate::task::{self, JoinHandle};
use crate::yieldable::FutureOfResult;

/// A handle to an [`IoLoop`](crate::IoLoop) that may be sent to other threads.
///
/// It does not keep the loop alive.
///
/// ```
/// let io_loop = gen::IoLoop::new();
/// let remote = io_loop.remote();
/// let thread = std::thread::spawn(move || {
///     let in_callback = remote.clone();
///     remote.add_callback(move || in_callback.stop())
/// });
/// io_loop.start(); // returns when the callback has stopped the loop
/// assert!(thread.join().unwrap().is_ok());
/// ```
#[derive(Clone)]
#[doc(alias("Spawner", "spawn_blocking", "call_soon_threadsafe"))]
pub struct Remote {
    pub(super) shared: Arc<Shared>,
}

impl Remote {
    /// Runs `callback` on the loop's thread, in the loop's next turn.
    ///
    /// The callback returns `()`, or a `Result<(), E>` whose error can be thrown. If it fails or
    /// panics, the error goes to the [error context](crate::context) in which `add_callback` was
    /// called: that of a coroutine, if this thread runs a loop. Outside of all contexts the error
    /// goes to the error handler of the loop that runs the callback, or to the log if there is no
    /// handler.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`] if the loop was dropped; the callback is dropped, too.
    #[track_caller]
    pub fn add_callback<F, R, M>(&self, callback: F) -> Result<(), LoopClosed>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput<M>,
    {
        if fixed_order::refuses_call(RefusedKind::MadeCallback) {
            return Ok(());
        }
        let context = host::capture();
        let callback = Box::new(move || run_in(context, "a callback", callback));
        self.shared.send(Mail::Callback(callback)).map_err(|_| LoopClosed)
    }

    /// Starts a coroutine, or any other future of a `Result`, as a task of the loop.
    ///
    /// It is [`spawn`](crate::spawn) from another thread, which may run another loop, tokio, or
    /// nothing at all. The body begins on the loop's thread in the loop's next turn, and runs there
    /// to its end. The handle can be yielded and awaited anywhere, and its
    /// [`cancel`](JoinHandle::cancel), [`throw`](JoinHandle::throw) and
    /// [`trace`](JoinHandle::trace) work from any thread, also before the body has begun.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn on_the_loop(n: u32) -> gen::Result<u32> {
    ///     yield_!(gen::moment())?;
    ///     gen::IoLoop::current().expect("a loop runs it").stop();
    ///     Ok(n * n)
    /// }
    ///
    /// let io_loop = gen::IoLoop::new();
    /// let remote = io_loop.remote();
    /// let thread = std::thread::spawn(move || {
    ///     let task = remote.spawn(on_the_loop(7));
    ///     gen::run_sync(task) // waits on a loop of its own
    /// });
    /// io_loop.start(); // returns when the coroutine has stopped the loop
    /// # drop(io_loop);
    /// assert_eq!(thread.join().unwrap().unwrap(), 49);
    /// ```
    ///
    /// # Errors
    ///
    /// If the loop was dropped, or is dropped before the task has ended, the handle resolves to
    /// [`LoopClosed`].
    #[track_caller]
    pub fn spawn<C, T, E, M>(&self, coroutine: C) -> JoinHandle<T>
    where
        C: FutureOfResult<T, E>,
        C::IntoFuture: Future + Send + 'static,
        T: Send + 'static,
        E: Throw<M>,
        M: 'static,
    {
        if fixed_order::refuses_call(RefusedKind::SpawnedTask) {
            return JoinHandle::failed(NoHost::for_tasks().into());
        }
        task::send(&self.shared, coroutine.into_future())
    }

    /// Announces that another thread works for the loop and will wake it.
    ///
    /// A [`VirtualClock`](crate::VirtualClock) moves to the next deadline when its loop is idle, so
    /// a timeout around the work of another thread would fire at once. While a [`KeepAlive`]
    /// exists, an idle loop really waits for the thread, and its time stands still. Take the
    /// `KeepAlive` before the thread gets its work, and drop it when the result has been sent. Then
    /// time goes on, also if no result was sent.
    ///
    /// It has no effect on a clock that [runs by itself](crate::Clock::runs_by_itself) and on a
    /// closed loop. So code that takes it on a real clock in production can be tested on a virtual
    /// one.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::{thread, time::Duration};
    ///
    /// #[gen::coroutine]
    /// fn ask_a_thread() -> gen::Result<u32> {
    ///     let (promise, answer) = gen::promise();
    ///     let keep_alive = gen::IoLoop::current().unwrap().remote().keep_alive();
    ///     thread::spawn(move || {
    ///         let sum = (1..=1_000).sum(); // takes its time
    ///         promise.set(sum).expect("it was not set before");
    ///         drop(keep_alive);
    ///     });
    ///     yield_!(gen::with_timeout(Duration::from_secs(10), answer))
    /// }
    ///
    /// let clock = gen::VirtualClock::new();
    /// let (before, io_loop) = (clock.now(), gen::IoLoop::with_clock(clock.clone()));
    /// assert_eq!(io_loop.run_sync(ask_a_thread()).unwrap(), 500_500);
    /// assert_eq!(clock.now(), before); // no time has passed on the virtual clock
    /// ```
    pub fn keep_alive(&self) -> KeepAlive {
        KeepAlive::new(Arc::clone(&self.shared))
    }

    /// Makes the loop return from [`start`](crate::IoLoop::start) or
    /// [`run_sync`](crate::IoLoop::run_sync) at the end of its current turn.
    ///
    /// If the loop is not running, the next of these calls returns at once. If the loop was
    /// dropped, nothing happens.
    pub fn stop(&self) {
        self.shared.request_stop();
    }
}

opaque_debug!([] Remote);

/// Makes an idle [`IoLoop`](crate::IoLoop) wait for another thread: made by [`Remote::keep_alive`].
///
/// The loop waits until all clones are dropped. They do not keep the loop alive, and have no effect
/// if its clock runs by itself.
#[must_use = "the loop's time goes on as soon as it is dropped"]
pub struct KeepAlive {
    shared: Arc<Shared>,
}

impl KeepAlive {
    fn new(shared: Arc<Shared>) -> Self {
        shared.owe();
        KeepAlive { shared }
    }
}

impl Clone for KeepAlive {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.shared))
    }
}

impl Drop for KeepAlive {
    fn drop(&mut self) {
        self.shared.release();
    }
}

opaque_debug!([] KeepAlive);
