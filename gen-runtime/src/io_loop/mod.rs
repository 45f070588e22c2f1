//! The embedded loop, as its users see it.
//!
//! | file | what it holds |
//! |---|---|
//! | `handle.rs`, `remote.rs` | what may be asked of a loop: on its thread, on others |
//! | `run.rs`, `shutdown.rs` | the blocking calls, and the end in good order |
//! | `blocking.rs` | where a blocking call is refused |
//! | `on_done.rs` | a callback with the result of a task |
//!
//! The loop itself, its queue, its timers and its turn are in `../executor/`.
mod blocking;
mod handle;
mod on_done;
mod remote;
mod run;
mod shutdown;

use std::fmt;
use std::ops::Deref;

pub use self::handle::IoLoopHandle;
pub use self::remote::{KeepAlive, Remote};
pub use self::run::{block_on, run_sync};
use crate::executor::{current, Clock, Core, RealClock};

/// A single-threaded loop of callbacks, timers and tasks.
///
/// This is the owner: it runs the loop ([`run_sync`](Self::run_sync), [`start`](Self::start)) and ends it.
/// All that works through a handle ([`IoLoopHandle`], which it derefs to) works on it too. When it is
/// dropped, the suspended coroutines, queued callbacks and timers are dropped, also those that hold handles
/// to the loop. [`shutdown`](Self::shutdown) lets the coroutines clean up first.
///
/// A turn of the loop takes the callbacks and resumptions that are queued and runs them in order, then the
/// timers that are due, by deadline and then by creation. What is added meanwhile waits for the next turn.
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
///
/// let io_loop = gen::IoLoop::new();
/// let order = Rc::new(RefCell::new(String::new()));
/// for letter in ['a', 'b', 'c'] {
///     let order = order.clone();
///     io_loop.add_callback(move || order.borrow_mut().push(letter));
/// }
/// io_loop.run_sync(async { gen::moment().await })?;
/// assert_eq!(*order.borrow(), "abc");
/// # Ok::<(), gen::Error>(())
/// ```
pub struct IoLoop {
    handle: IoLoopHandle,
}

impl IoLoop {
    /// A loop on the real clock.
    ///
    /// # Panics
    ///
    /// If 65,536 loops are alive in this process.
    pub fn new() -> Self {
        Self::on_clock(Box::new(RealClock), true)
    }

    /// A loop on a clock of its own, such as a [`VirtualClock`](crate::VirtualClock).
    ///
    /// # Panics
    ///
    /// If 65,536 loops are alive in this process.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self::on_clock(Box::new(clock), false)
    }

    fn on_clock(clock: Box<dyn Clock>, is_real: bool) -> Self {
        IoLoop { handle: IoLoopHandle { core: Core::new(clock, is_real) } }
    }

    /// The loop that is running on this thread.
    ///
    /// ```
    /// assert!(gen::IoLoop::current().is_none());
    /// gen::block_on(async { assert!(gen::IoLoop::current().is_some()) });
    /// ```
    pub fn current() -> Option<IoLoopHandle> {
        current::get().map(|core| IoLoopHandle { core })
    }

    /// A handle for the code that runs on the loop.
    pub fn handle(&self) -> IoLoopHandle {
        self.handle.clone()
    }
}

impl Default for IoLoop {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for IoLoop {
    type Target = IoLoopHandle;

    fn deref(&self) -> &IoLoopHandle {
        &self.handle
    }
}

impl Drop for IoLoop {
    fn drop(&mut self) {
        self.handle.core.close();
    }
}

impl fmt::Debug for IoLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoLoop").field("id", &self.core.id().serial()).finish_non_exhaustive()
    }
}
