//! The embedded executor: a loop, its tasks' slots, its timers, and the errors that have no caller.
//!
//! | file | what it holds |
//! |---|---|
//! | `core.rs` | the loop itself: queue, timers, errors, its end |
//! | `turn.rs` | a turn, and the step that a task takes in it |
//! | `sched.rs` | the slots of tasks, and the queue |
//! | `runnable.rs` | what the loop asks of a task |
//! | `inbox.rs` | what other threads have sent; how the loop sleeps |
//! | `waker.rs`, `registry.rs` | wakers that are names, and how a name finds its loop |
//! | `current.rs` | the loop that runs on this thread |
//! | `clock.rs`, `timers.rs` | the clocks; the timers of one loop, by (deadline, creation) |
//! | `current_context.rs` | in which error context this thread runs at the moment |
//! | `error_context.rs` | `ErrorContext`: a task as an error context, with what is thrown at it; `SlotContext`: a slot's place in the chain |
//! | `callback_context.rs` | `CallbackContext`: the other kind of node, which is no task but takes an error for whoever waits for a callback |
//! | `unhandled_error.rs` | `UnhandledError`: an error that has no caller, and where it goes |
//! | `injection.rs` | `Injection`: what a task is resumed with: such a failure, or what somebody who has its handle throws, or that it is cancelled |
//! | `drops.rs` | what a callback has dropped, which is told after its error |
//! | `errors.rs` | what can be wrong with a loop |
//! | `models.rs`, `models_of_callback_context.rs` | what loom checks of the inbox, and of a `CallbackContext` |
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
//!    [owes the loop a wake](crate::Remote::keep_alive): then the loop sleeps until that has come.
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
//! Bodies and callbacks may hold handles to their own loop; that is a cycle, and dropping the [`IoLoop`](crate::IoLoop)
//! breaks it: it takes everything out of the core and drops it. Only the owner can run the loop, and running
//! borrows it, so a loop is never dropped in the middle of a turn.
//!
//! # Error contexts
//!
//! A task has no node until something is scheduled in it: its slot only holds its outer context. So a task is one allocation still, and what needs no context
//! pays for one flag. While a task runs, its loop knows the slot; `capture` makes the node of the slot, once.
//!
//! | event | what happens |
//! |---|---|
//! | something is scheduled | the running task's node is captured with it, in an `Arc` |
//! | it runs | its context is the thread's current one, restored by a guard |
//! | it fails | each node, from the inside out, is offered the error; a task that is suspended queues it, and is scheduled |
//! | the task is polled | the first error of its queue is lent to the thread for that poll, addressed to the task's waker |
//! | the task ends | its node is closed; what is left in the queue is offered to the outer node |
//!
//! A node is `Send`, because callbacks that hold one are; its queue is only touched on the loop's thread. Other threads, and other loops, send the error to the
//! inbox of the node's loop.

mod callback_context;
mod clock;
mod core;
pub(crate) mod current;
pub(crate) mod current_context;
mod drops;
mod error_context;
mod errors;
mod inbox;
mod injection;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod models_of_callback_context;
pub(crate) mod registry;
mod runnable;
mod sched;
mod timers;
mod turn;
mod unhandled_error;
mod waker;

pub(crate) use self::callback_context::{CallbackContext, Polled};
pub(crate) use self::clock::RealClock;
pub use self::clock::{Clock, VirtualClock};
pub(crate) use self::core::Core;
pub(crate) use self::drops::{abandon, tell_now, Abandon, Doubt};
pub(crate) use self::error_context::{depth as depth_of, ErrorContext, Grace, Leftovers, SlotContext};
pub use self::errors::{LoopClosed, LoopRunning, LoopStopped, NoLoop, RuntimeRunning};
pub(crate) use self::inbox::{Mail, OnStop, Shared};
pub(crate) use self::injection::Injection;
pub(crate) use self::runnable::{Runnable, TaskRef};
pub(crate) use self::sched::{QueuedCallback, TaskId};
pub use self::timers::TimerKey;
pub(crate) use self::timers::{Action, Timers};
pub(crate) use self::turn::{Root, RunEnded};
pub(crate) use self::unhandled_error::{call, run_in, UnhandledError};
#[cfg(test)]
pub(crate) use self::waker::LoopName;
pub(crate) use self::waker::{LoopId, SlotId};
