//! `IoLoopHandle`: requests to a loop from its own thread.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::remote::Remote;
use crate::error::{catch_panic, CallbackOutput, Error, Throw};
use crate::executor::{host, run_in, Action, Core, NoHost, TimerKey};
use crate::inject::fixed_order::{self, RefusedKind};
use crate::task::JoinHandle;
use crate::yieldable::FutureOfResult;
use crate::{context, task};

/// A reference to an [`IoLoop`](crate::IoLoop), for the code that runs on it.
///
/// A handle stays on the thread of its loop; [`remote`](Self::remote) returns one that may leave
/// it. It does not keep the loop alive: dropping the `IoLoop` closes the loop. On a closed loop, a
/// method of the handle does nothing or gives [`LoopClosed`](crate::LoopClosed).
///
/// ```
/// let io_loop = gen::IoLoop::new();
/// let handle = io_loop.handle();
/// io_loop.add_callback(move || handle.stop());
/// io_loop.start(); // returns when the callback has stopped the loop
/// ```
#[derive(Clone)]
pub struct IoLoopHandle {
    pub(super) core: Rc<Core>,
}

impl IoLoopHandle {
    /// Runs `callback` in the loop's next turn, after everything that was queued before.
    ///
    /// The callback returns `()`, or a `Result<(), E>` whose error can be thrown. If it fails or
    /// panics, the error is thrown into the coroutine that has called `add_callback`: see
    /// [`context`]. Outside of all coroutines the error goes to the
    /// [error handler](Self::set_error_handler) of the loop, or to the log if there is no handler.
    /// The other callbacks run in any case. On a closed loop the callback is dropped.
    ///
    /// ```
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// let io_loop = gen::IoLoop::new();
    /// let has_run = Rc::new(Cell::new(false));
    /// let in_callback = has_run.clone();
    /// io_loop.add_callback(move || in_callback.set(true));
    /// io_loop.add_callback(|| std::fs::remove_file("/no/such/file")); // is logged
    /// io_loop.block_on(async { assert!(has_run.get()) });
    /// ```
    #[track_caller]
    pub fn add_callback<F, R, M>(&self, callback: F)
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        if fixed_order::refuses_call(RefusedKind::MadeCallback) {
            return;
        }
        let context = host::capture();
        let callback = move || run_in(context, "a callback", callback);
        drop(self.core.push_callback(Box::new(callback)));
    }

    /// Runs `callback` when `delay` has passed on the loop's clock; see [`call_at`](Self::call_at).
    ///
    /// A delay that ends after the last possible [`Instant`], such as [`Duration::MAX`], never
    /// passes: the callback waits until it is removed, or is dropped with the loop.
    #[track_caller]
    pub fn call_later<F, R, M>(&self, delay: Duration, callback: F) -> TimerKey
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        self.call_when(self.core.deadline(delay), callback)
    }

    /// Runs `callback` in the first turn that begins at or after `deadline`.
    ///
    /// Timers run in the order of their deadlines; those with the same deadline run in the order in
    /// which they were made. If the deadline has passed already, the callback runs in the next
    /// turn, never inside of this call. The returned key is for
    /// [`remove_timeout`](Self::remove_timeout); dropping it does not remove the timer. An error of
    /// the callback goes where [`add_callback`](Self::add_callback) sends it. On a closed loop the
    /// callback is dropped.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let clock = gen::VirtualClock::new();
    /// let io_loop = gen::IoLoop::with_clock(clock.clone());
    /// let deadline = clock.now() + Duration::from_secs(3600);
    /// let handle = io_loop.handle();
    /// io_loop.call_at(deadline, move || handle.stop());
    /// io_loop.start(); // takes an hour on the virtual clock, and no real time
    /// assert_eq!(clock.now(), deadline);
    /// ```
    #[track_caller]
    pub fn call_at<F, R, M>(&self, deadline: Instant, callback: F) -> TimerKey
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        self.call_when(Some(deadline), callback)
    }

    /// `None` is a deadline that never comes.
    #[track_caller]
    fn call_when<F, R, M>(&self, deadline: Option<Instant>, callback: F) -> TimerKey
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        let callback: Box<dyn FnOnce()> = if fixed_order::refuses_call(RefusedKind::MadeCallback) {
            Box::new(|| ())
        } else {
            let context = host::capture();
            Box::new(move || run_in(context, "a timer's callback", callback))
        };
        let action = Action::Call(callback);
        self.core.add_timer(deadline, self.core.next_timer_number(), action)
    }

    /// Removes a timer of [`call_later`](Self::call_later) or [`call_at`](Self::call_at), and
    /// returns whether it was still pending.
    ///
    /// A callback may remove a timer that is due in the same turn: the timer does not run.
    pub fn remove_timeout(&self, key: TimerKey) -> bool {
        self.core.cancel_timer(key).is_some()
    }

    /// Runs `future` on the loop, and then `callback` with its output, always in a later turn.
    ///
    /// The future is started at once, as by [`spawn_local`](Self::spawn_local). If it panics, the
    /// callback is dropped, and the panic goes where [`add_callback`](Self::add_callback) sends the
    /// panic of a callback. On a closed loop both are dropped.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// let handle = io_loop.handle();
    /// io_loop.add_future(async { 42 }, move |answer| {
    ///     assert_eq!(answer, 42);
    ///     handle.stop();
    /// });
    /// io_loop.start();
    /// ```
    #[track_caller]
    pub fn add_future<Fut, F, R, M>(&self, future: Fut, callback: F)
    where
        Fut: IntoFuture,
        Fut::IntoFuture: 'static,
        Fut::Output: 'static,
        F: FnOnce(Fut::Output) -> R + 'static,
        R: CallbackOutput<M>,
    {
        let (handle, future) = (self.clone(), future.into_future());
        // Captured here and not in the task, because the task has ended when the callback runs.
        let context = context::capture();
        drop(self.spawn_local(async move {
            let output = catch_panic(future).await;
            drop(handle.core.push_callback(Box::new(move || {
                context.run(|| callback(output?).into_result());
            })));
            Ok::<(), Error>(())
        }));
    }

    /// Sets the handler for the errors of callbacks that no coroutine takes.
    ///
    /// These are the errors and panics of callbacks that were scheduled outside of all coroutines,
    /// or by coroutines that have ended: see [`context`]. Without a handler they are logged. The
    /// handler runs on the loop's thread, and replaces the previous one. Its panics are logged.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// let handle = io_loop.handle();
    /// io_loop.set_error_handler(move |error| {
    ///     assert_eq!(error.to_string(), "no coroutine takes it");
    ///     handle.stop();
    /// });
    /// io_loop.add_callback(|| Err::<(), _>("no coroutine takes it"));
    /// io_loop.start(); // returns when the handler has stopped the loop
    /// ```
    pub fn set_error_handler(&self, handler: impl Fn(Error) + 'static) {
        self.core.set_error_handler(Rc::new(handler));
    }

    /// Sets the time after which a step of a task is reported as slow; `None`, as in the beginning,
    /// is no limit.
    ///
    /// A step is the time from one suspension of a body to the next, on the loop's clock. Meanwhile
    /// nothing else runs on the loop. The body is that of a task, or the future of the blocking
    /// call that runs the loop. A step that takes longer is a record in the log: the target is
    /// `gen`, the level `WARN`. It has the name of the task, the time, the yields at which the body
    /// was resumed, and those at which it was suspended again, or that it ended. The yields are
    /// printed from the inside out, and begin at the yield of a group if the task waits for one.
    ///
    /// The limit counts from the next turn on, and for each task that is spawned from now on. A
    /// handle of the running loop is [`IoLoop::current`](crate::IoLoop::current), so a callback of
    /// [`Remote::add_callback`](crate::Remote::add_callback) can set the limit while a program
    /// runs. The yields at which the tasks wait by then are not known to the first report of each
    /// task. On a closed loop this does nothing.
    ///
    /// With a limit, a step of a task costs some 150 nanoseconds more: two looks at the clock, and
    /// a list of the yields at which the body is suspended, which is kept for each task. Without
    /// one it costs nothing. A step is reported when it is over. One that never ends is not: it
    /// blocks the loop, so that even [`Remote::dump`](crate::Remote::dump) is not answered, and a
    /// time limit for that shows it. A callback is no step.
    ///
    /// With the feature `tracing`, `gen::spans::set_slow_step` does this for the tasks of all
    /// executors, without the yields.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// // A body that advances this clock is slow.
    /// let clock = gen::VirtualClock::new();
    /// let io_loop = gen::IoLoop::with_clock(clock.clone());
    /// io_loop.set_slow_step(Some(Duration::from_millis(50)));
    /// io_loop.run_sync(async {
    ///     gen::moment().await?;
    ///     clock.advance(Duration::from_millis(80)); // is logged
    ///     gen::moment().await
    /// })?;
    /// # Ok::<(), gen::Error>(())
    /// ```
    pub fn set_slow_step(&self, limit: Option<Duration>) {
        self.core.set_slow_step(limit);
    }

    /// Starts a coroutine, or any other future of a `Result`, on this loop.
    ///
    /// Unlike [`gen::spawn_local`](crate::spawn_local) it does not need a running loop. The body
    /// runs up to its first suspension before this call returns, with this loop as the current one.
    /// If 32 bodies are being started inside of each other already, it starts in a later turn, as
    /// [`spawn`](crate::spawn) explains.
    ///
    /// # Errors
    ///
    /// On a closed loop the coroutine is dropped, and the handle resolves to
    /// [`LoopClosed`](crate::LoopClosed).
    #[track_caller]
    pub fn spawn_local<C, T, E, M>(&self, coroutine: C) -> JoinHandle<T>
    where
        C: FutureOfResult<T, E>,
        C::IntoFuture: Future + 'static,
        T: 'static,
        E: Throw<M>,
        M: 'static,
    {
        if fixed_order::refuses_call(RefusedKind::SpawnedTask) {
            return JoinHandle::failed(NoHost::for_tasks().into());
        }
        task::start(&self.core, coroutine.into_future())
    }

    /// Makes [`start`](crate::IoLoop::start) or [`run_sync`](crate::IoLoop::run_sync) return at the
    /// end of the current turn.
    ///
    /// If the loop is not running, the next of these calls returns at once.
    pub fn stop(&self) {
        self.core.shared().request_stop();
    }

    /// Returns a handle for other threads.
    pub fn remote(&self) -> Remote {
        Remote { shared: self.core.shared().clone() }
    }

    /// Returns the time on the loop's clock.
    pub fn now(&self) -> Instant {
        self.core.now()
    }
}

impl fmt::Debug for IoLoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoLoopHandle").field("id", &self.core.id().serial()).finish_non_exhaustive()
    }
}
