//! What anyone on the loop's thread may ask of it.
use std::fmt;
use std::future::{Future, IntoFuture};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::remote::Remote;
use crate::error::{catch_panic, CallbackOutput, Error, Throw};
use crate::executor::{current_context, run_in, Action, Core, TimerKey};
use crate::task::JoinHandle;
use crate::yieldable::FutureOfResult;
use crate::{context, task};

/// A reference to an [`IoLoop`](crate::IoLoop), for the code that runs on it.
///
/// It stays on the loop's thread ([`remote`](Self::remote) gives one that does not) and does not keep the
/// loop alive: when the `IoLoop` is dropped, the loop is closed, and what is asked of a handle afterwards
/// does nothing or gives [`LoopClosed`](crate::LoopClosed).
///
/// ```
/// let io_loop = gen::IoLoop::new();
/// let handle = io_loop.handle();
/// io_loop.add_callback(move || handle.stop());
/// io_loop.start(); // until the callback stops it
/// ```
#[derive(Clone)]
pub struct IoLoopHandle {
    pub(super) core: Rc<Core>,
}

impl IoLoopHandle {
    /// Runs `callback` in the loop's next turn, after what was queued before it.
    ///
    /// It may return `()` or a `Result<(), E>` with a throwable `E`. A failure, and a panic too, is thrown into
    /// the coroutine that calls this: see [`context`]. Outside of all coroutines it goes to the
    /// loop's [handler](Self::set_error_handler), else to the log. It does not stop the other callbacks. On a
    /// closed loop the callback is dropped.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// io_loop.add_callback(|| println!("in the first turn"));
    /// io_loop.add_callback(|| std::fs::remove_file("/no/such/file")); // logged
    /// ```
    pub fn add_callback<F, R, M>(&self, callback: F)
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        let node = current_context::capture();
        let callback = move || run_in(node, "a callback", callback);
        drop(self.core.push_callback(Box::new(callback)));
    }

    /// Runs `callback` when `delay` has passed on the loop's clock; see [`call_at`](Self::call_at).
    ///
    /// A delay whose end no [`Instant`] can tell, such as [`Duration::MAX`], never passes: the callback waits
    /// until it is removed, or dropped with the loop.
    pub fn call_later<F, R, M>(&self, delay: Duration, callback: F) -> TimerKey
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        self.call_when(self.core.deadline(delay), callback)
    }

    /// Runs `callback` in the first turn that begins at or after `deadline`.
    ///
    /// Timers run in the order of their deadlines, those of one deadline in the order in which they were
    /// made. One that is already over runs in the next turn, never inside of this call. The key is for
    /// [`remove_timeout`](Self::remove_timeout); dropping it changes nothing. A failure goes where that of an
    /// [`add_callback`](Self::add_callback) goes. On a closed loop the callback is dropped.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let handle = io_loop.handle();
    /// io_loop.call_later(Duration::from_secs(3600), move || handle.stop());
    /// io_loop.start(); // an hour on the virtual clock, no time at all on the wall
    /// ```
    pub fn call_at<F, R, M>(&self, deadline: Instant, callback: F) -> TimerKey
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        self.call_when(Some(deadline), callback)
    }

    /// Without a deadline the callback does not run.
    fn call_when<F, R, M>(&self, deadline: Option<Instant>, callback: F) -> TimerKey
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput<M>,
    {
        let node = current_context::capture();
        let action = Action::Call(Box::new(move || run_in(node, "a timer's callback", callback)));
        self.core.add_timer(deadline, self.core.next_timer_number(), action)
    }

    /// Takes back a [`call_later`](Self::call_later) or [`call_at`](Self::call_at); answers whether it had
    /// still to come.
    ///
    /// A timer that an earlier callback of the same turn removes does not run, even if it is due already.
    pub fn remove_timeout(&self, key: TimerKey) -> bool {
        self.core.cancel_timer(key).is_some()
    }

    /// Runs `future` on the loop, and `callback` with its output, always in a later turn.
    ///
    /// The future is started at once, as by [`spawn_local`](Self::spawn_local). If it panics, the callback is
    /// dropped; the panic, as a failure of the callback, goes where that of an
    /// [`add_callback`](Self::add_callback) goes. On a closed loop both are dropped.
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
        // Bound here, not in the task, which has ended when the callback runs.
        let context = context::capture();
        drop(self.spawn_local(async move {
            let output = catch_panic(future).await;
            drop(handle.core.push_callback(Box::new(move || {
                context.run(|| callback(output?).into_result());
            })));
            Ok::<(), Error>(())
        }));
    }

    /// Has `handler` called with each error of a callback that no coroutine took, instead of logging it.
    ///
    /// These are the failures and panics of callbacks that were scheduled outside of all coroutines, or by
    /// coroutines that have ended: see [`context`]. The handler runs on the loop's thread, and
    /// replaces the one before. If it panics, that is logged.
    ///
    /// ```
    /// let io_loop = gen::IoLoop::new();
    /// let handle = io_loop.handle();
    /// io_loop.set_error_handler(move |error| {
    ///     assert_eq!(error.to_string(), "nobody's");
    ///     handle.stop();
    /// });
    /// io_loop.add_callback(|| Err::<(), _>("nobody's"));
    /// io_loop.start(); // until the handler stops it
    /// ```
    pub fn set_error_handler(&self, handler: impl Fn(Error) + 'static) {
        self.core.set_error_handler(Rc::new(handler));
    }

    /// Starts a coroutine, or any other future, on this loop: [`gen::spawn_local`](crate::spawn_local) for a
    /// loop that may not be running.
    ///
    /// The body runs up to its first suspension before this returns, with this loop as the current one. Where
    /// 32 bodies begin inside of each other already, it begins in a later turn, as [`spawn`](crate::spawn) says.
    ///
    /// # Errors
    ///
    /// On a closed loop the coroutine is dropped and the handle resolves to
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
        task::start(&self.core, coroutine.into_future())
    }

    /// Makes [`start`](crate::IoLoop::start) or [`run_sync`](crate::IoLoop::run_sync) return when the present
    /// turn is over; if the loop is not running, the next of these returns at once.
    pub fn stop(&self) {
        self.core.shared().request_stop();
    }

    /// A handle for other threads.
    pub fn remote(&self) -> Remote {
        Remote { shared: self.core.shared().clone() }
    }

    /// The time on the loop's clock.
    pub fn now(&self) -> Instant {
        self.core.now()
    }
}

impl fmt::Debug for IoLoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoLoopHandle").field("id", &self.core.id().serial()).finish_non_exhaustive()
    }
}
