//! `Remote`: what other threads may ask of a loop.
use std::fmt;
use std::sync::Arc;

use super::callback::CallbackOutput;
use super::errors::LoopClosed;
use super::inbox::{Message, Shared};
use crate::context;

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
        let node = context::current();
        let callback = Box::new(move || context::run_in(node, "a callback", callback));
        self.shared.send(Message::Callback(callback)).map_err(|_| LoopClosed)
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
