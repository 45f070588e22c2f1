//! `Remote`: what other threads may ask of a loop, and `KeepAlive`: what they owe it.
use std::fmt;
use std::sync::Arc;

use crate::error::CallbackOutput;
use crate::executor::{current_context, run_in, LoopClosed, Mail, Shared};

/// A handle to an [`IoLoop`](crate::IoLoop) that may be sent to other threads.
///
/// It does not keep the loop alive.
///
/// ```
/// let io_loop = gen::IoLoop::new();
/// let remote = io_loop.remote();
/// let thread = std::thread::spawn(move || {
///     let at_the_end = remote.clone();
///     remote.add_callback(move || at_the_end.stop())
/// });
/// io_loop.start(); // until the callback stops it
/// assert!(thread.join().unwrap().is_ok());
/// ```
#[derive(Clone)]
#[doc(alias = "Spawner")]
#[doc(alias = "spawn_blocking")]
#[doc(alias = "call_soon_threadsafe")]
pub struct Remote {
    pub(super) shared: Arc<Shared>,
}

impl Remote {
    /// Runs `callback` on the loop's thread, in the loop's next turn.
    ///
    /// It may return `()` or a `Result<(), E>` with a throwable `E`. A failure, and a panic too, goes to the
    /// [error context](crate::context) that this is called in: the coroutine's, if it is one of a loop that
    /// runs here; else to the handler of the loop that runs the callback, else to the log.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`] if the loop is gone; the callback is dropped.
    pub fn add_callback<F, R, M>(&self, callback: F) -> Result<(), LoopClosed>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput<M>,
    {
        let node = current_context::capture();
        let callback = Box::new(move || run_in(node, "a callback", callback));
        self.shared.send(Mail::Callback(callback)).map_err(|_| LoopClosed)
    }

    /// Says that this thread, or another one, works for the loop and will wake it.
    ///
    /// A [`VirtualClock`](crate::VirtualClock) moves to the next deadline when its loop is idle, so a timeout
    /// around work on another thread would be over at once. While what this returns lives, an idle loop waits
    /// for the thread instead, for real, and its time stands still. Take it before the work is handed over,
    /// and drop it when the result has been sent; then time goes on. If the loop is told nothing before it is
    /// dropped, time goes on as well.
    ///
    /// On a clock that [runs by itself](crate::Clock::runs_by_itself), and on a closed loop, it changes
    /// nothing. So code that runs on a real clock in production may take it, and be tested on a virtual one.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::{thread, time::Duration};
    ///
    /// #[gen::coroutine]
    /// fn ask_a_thread() -> gen::Result<u32> {
    ///     let (promise, answer) = gen::promise();
    ///     let working = gen::IoLoop::current().expect("it runs on one").remote().keep_alive();
    ///     thread::spawn(move || {
    ///         let sum = (1..=1_000).sum(); // takes its time
    ///         promise.set(sum).expect("it was not set before");
    ///         drop(working);
    ///     });
    ///     yield_!(gen::with_timeout(Duration::from_secs(10), answer))
    /// }
    ///
    /// let clock = gen::VirtualClock::new();
    /// let before = clock.now();
    /// assert_eq!(gen::IoLoop::with_clock(clock.clone()).run_sync(ask_a_thread()).unwrap(), 500_500);
    /// assert_eq!(clock.now(), before); // no time has passed, and the timeout was not near
    /// ```
    pub fn keep_alive(&self) -> KeepAlive {
        KeepAlive::new(Arc::clone(&self.shared))
    }

    /// Makes the loop return from [`start`](crate::IoLoop::start) or [`run_sync`](crate::IoLoop::run_sync) at
    /// the end of its current turn; if it is not running, the next of these returns at once. Nothing happens
    /// if the loop is gone.
    pub fn stop(&self) {
        self.shared.request_stop();
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// Says that another thread owes an [`IoLoop`](crate::IoLoop) a wake: made by [`Remote::keep_alive`].
///
/// The promise is kept, or broken, when it is dropped. A clone is a promise of its own. It does not keep the
/// loop alive, and changes nothing for a loop whose clock runs by itself.
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

impl fmt::Debug for KeepAlive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAlive").finish_non_exhaustive()
    }
}
