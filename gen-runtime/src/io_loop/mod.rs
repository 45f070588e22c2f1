//! The embedded loop: its public types, and the calls that run it.
//!
//! | file | what it holds |
//! |---|---|
//! | `handle.rs` | [`IoLoopHandle`]: requests from the loop's own thread |
//! | `remote.rs` | [`Remote`], [`KeepAlive`]: requests from other threads |
//! | `run.rs` | the blocking calls, which run the loop |
//! | `watch.rs` | a blocking call that is idle: whether it waits or is stuck |
//! | `threads.rs` | whether the process has other threads |
//! | `shutdown.rs` | [`IoLoop::shutdown`]: the tasks clean up before the loop is dropped |
//! | `dump.rs` | [`IoLoop::dump`], [`Remote::dump`] |
//! | `dump_on_signal.rs` | `Remote::dump_on_signal`: a dump at `SIGUSR1` |
//! | `within_tokio.rs` | `IoLoop::within_tokio`: the loop enters a runtime of tokio |
//! | `blocking.rs` | the check that refuses a blocking call where it would hang |
//! | `on_done.rs` | `JoinHandle::on_done`: a callback with the result of a task |
//!
//! The loop itself, with its queue, its timers and its turn, is in `../executor/`.

mod blocking;
mod dump;
#[cfg(all(feature = "signal", unix))]
mod dump_on_signal;
mod handle;
mod on_done;
mod remote;
mod run;
mod shutdown;
mod threads;
mod watch;
#[cfg(all(feature = "tokio", not(loom)))]
mod within_tokio;

use std::fmt;
use std::ops::Deref;

pub(crate) use self::blocking::assert_allowed;
#[cfg(all(feature = "signal", unix))]
pub use self::dump_on_signal::DumpOnSignal;
pub use self::handle::IoLoopHandle;
pub use self::remote::{KeepAlive, Remote};
pub(crate) use self::run::with_root;
pub use self::run::{block_on, run_sync};
use crate::executor::{current, Clock, Core, RealClock};

/// A single-threaded loop of callbacks, timers and tasks.
///
/// An `IoLoop` owns the loop: it runs the loop ([`run_sync`](Self::run_sync),
/// [`start`](Self::start)) and ends it. It dereferences to [`IoLoopHandle`], which has the other
/// methods. Dropping it drops the suspended coroutines, the queued callbacks and the timers, even
/// if they hold handles to the loop. [`shutdown`](Self::shutdown) lets the coroutines clean up
/// first.
///
/// A turn of the loop runs the callbacks and resumes the tasks that are queued, in order. Then it
/// runs the timers that are due, by deadline and then by creation. Anything that is added during a
/// turn waits for the next turn.
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
    /// Makes a loop that runs on the real clock.
    ///
    /// # Panics
    ///
    /// If 65,536 loops are alive in this process.
    pub fn new() -> Self {
        Self::on_clock(Box::new(RealClock), true)
    }

    /// Makes a loop that runs on the given clock, such as a [`VirtualClock`](crate::VirtualClock).
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

    /// Returns a handle to the loop that is running on this thread, if there is one.
    ///
    /// ```
    /// assert!(gen::IoLoop::current().is_none());
    /// gen::block_on(async { assert!(gen::IoLoop::current().is_some()) });
    /// ```
    pub fn current() -> Option<IoLoopHandle> {
        current::get().map(|core| IoLoopHandle { core })
    }

    /// Returns a handle for the code that runs on the loop.
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
        crate::task::give_back_memory();
    }
}

impl fmt::Debug for IoLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoLoop").field("id", &self.core.id().serial()).finish_non_exhaustive()
    }
}
