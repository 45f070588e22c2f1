//! The embedded loop.
//!
//! | file | what it holds |
//! |---|---|
//! | `handle.rs`, `remote.rs` | what may be asked of a loop: on its thread, on others |
//! | `run.rs`, `shutdown.rs` | the blocking calls, and the end in good order |
//! | `blocking.rs` | where a blocking call is refused |
//! | `core.rs` | the loop itself: queue, timers, errors, its end |
//! | `turn.rs` | a turn, and the step that a task takes in it |
//! | `sched.rs` | the slots of tasks, and the queue |
//! | `inbox.rs` | what other threads have sent; how the loop sleeps |
//! | `waker.rs`, `registry.rs` | wakers that are names, and how a name finds its loop |
//! | `current.rs` | the loop that runs on this thread |
//! | `callback.rs` | what a callback may return, and what becomes of its failure |
//! | `errors.rs` | what can be wrong with a loop |
//! | `models.rs` | what loom checks of the inbox |
//!
//! # What a turn is
//!
//! 1. Messages of other threads (wakes, remote callbacks) go to the end of the queue.
//! 2. The queue as it is now is the turn's *batch*, and the timers whose deadline is not after now are *due*.
//! 3. The batch runs in order. Callbacks and resumptions of tasks share the one queue, first in, first out.
//! 4. The due timers run, by (deadline, creation). One that was removed in step 3, or by an earlier timer,
//!    does not.
//! 5. If nothing is queued, the loop sleeps until the next deadline, or until another thread has something
//!    for it. A clock that stands still by itself is moved to that deadline instead, unless another thread
//!    [owes the loop a wake](Remote::keep_alive): then the loop sleeps until that has come.
//!
//! What is added meanwhile, a timer that is already due included, waits for the next turn: no task and no
//! callback, however often it queues itself, keeps the others from running. A failure or a panic of one goes
//! to its error context and does not stop the rest. A turn is never cut short: `stop`, and the end of the future that
//! `run_sync` waits for, take effect after step 4.
//!
//! # Who owns what
//!
//! ```text
//! IoLoop (one owner) ─┐
//! IoLoopHandle ───────┼─ Rc ─> Core ─> slots ─> tasks      Remote ─ Arc ─> Shared (inbox, stop)
//! current loop (TLS) ─┘          │───> queue, timers            registry: loop name ─ Arc ─> Shared
//!                                └─ Arc ─> Shared         Waker: loop name, slot, generation; owns nothing
//! ```
//!
//! Bodies and callbacks may hold handles to their own loop; that is a cycle, and dropping the [`IoLoop`]
//! breaks it: it takes everything out of the core and drops it. Only the owner can run the loop, and running
//! borrows it, so a loop is never dropped in the middle of a turn.
mod blocking;
mod callback;
mod core;
pub(crate) mod current;
mod errors;
mod handle;
mod inbox;
#[cfg(all(test, loom))]
mod models;
pub(crate) mod registry;
mod remote;
mod run;
mod sched;
mod shutdown;
mod turn;
mod waker;

use std::fmt;
use std::ops::Deref;

use crate::time::{Clock, RealClock};

pub use self::callback::CallbackOutput;
pub use self::errors::{LoopClosed, LoopRunning, LoopStopped, NoLoop, RuntimeRunning};
pub use self::handle::IoLoopHandle;
pub use self::remote::{KeepAlive, Remote};
pub use self::run::{block_on, run_sync};

pub(crate) use self::callback::{catch_panic, contain};
pub(crate) use self::core::Core;
pub(crate) use self::inbox::{Message, Shared};
pub(crate) use self::sched::{Callback, TaskId};
#[cfg(test)]
pub(crate) use self::waker::LoopName;
pub(crate) use self::waker::{LoopId, SlotId};

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
