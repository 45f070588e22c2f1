//! The executor: what the library asks of one, and the embedded loop, which is the first.
//!
//! # How it works
//!
//! Each file imports only from files that are further down in this table.
//!
//! | file | what it holds |
//! |---|---|
//! | `embedded.rs` | the embedded loop as a [`Host`]: how a task gets its slot |
//! | `host.rs` | [`Host`]: what the rest of the library asks of an executor |
//! | `callback_context.rs` | [`CallbackContext`]: the context of a function whose callback a future waits for |
//! | `callbacks.rs` | calling a callback in the context that it was scheduled in |
//! | `turn.rs` | a turn, and the step that a task takes in it |
//! | `close.rs` | the end of the loop |
//! | `requests.rs` | what is delivered to a task, and a task that must end within a time |
//! | `route.rs` | the way of an error that has no caller, from the inside out |
//! | `waker.rs` | wakers that are names |
//! | `current.rs` | the loop that runs on this thread, and the present error context |
//! | `timing.rs` | the timers of the loop, as its futures and handles use them |
//! | `core.rs` | [`Core`]: the data of a loop |
//! | `registry.rs` | the loops that live in this process, by name |
//! | `slot_injections.rs` | what is thrown at a slot |
//! | `scheduler.rs` | the slots of tasks, and the queue |
//! | `inbox.rs` | what other threads have sent; how the loop sleeps |
//! | `slot_context.rs` | the place of a slot in the chain of error contexts |
//! | `current_context.rs` | the error context that was entered on this thread |
//! | `error_context.rs` | [`ErrorContext`]: a task as a context, with what is thrown at it |
//! | `callback_state.rs` | the stages of a [`CallbackContext`] |
//! | `injection.rs` | [`Injection`]: what a task is resumed with |
//! | `unhandled_error.rs` | [`UnhandledError`]: an error that has no caller |
//! | `drops.rs` | what a callback has dropped, which is reported after its error |
//! | `timers.rs` | the order of timers, by (deadline, creation) |
//! | `clock.rs` | the clocks |
//! | `runnable.rs` | what a loop runs: tasks and callbacks |
//! | `ids.rs` | the names of loops, slots, tasks and timers |
//! | `errors.rs` | the errors of a loop |
//! | `models.rs`, `models_of_callback_context.rs` | models for loom of the inbox, and of a `CallbackContext` |
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
mod callback_state;
mod callbacks;
mod clock;
mod close;
mod core;
pub(crate) mod current;
pub(crate) mod current_context;
mod drops;
mod embedded;
mod error_context;
mod errors;
pub(crate) mod host;
mod ids;
mod inbox;
mod injection;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod models_of_callback_context;
mod registry;
pub(crate) mod requests;
mod route;
mod runnable;
mod scheduler;
mod slot_context;
mod slot_injections;
mod timers;
mod timing;
mod turn;
mod unhandled_error;
mod waker;

pub(crate) use self::callback_context::CallbackContext;
pub(crate) use self::callback_state::Polled;
pub(crate) use self::callbacks::{call, run_in};
pub(crate) use self::clock::RealClock;
pub use self::clock::{Clock, VirtualClock};
pub(crate) use self::core::Core;
pub(crate) use self::drops::{abandon, tell_now, Abandon, Doubt};
pub(crate) use self::error_context::{depth as depth_of, ErrorContext};
pub use self::errors::{LoopClosed, LoopRunning, LoopStopped, NoLoop, RuntimeRunning};
pub(crate) use self::host::Host;
pub use self::ids::TimerKey;
pub(crate) use self::ids::{LoopId, SlotId, TaskId};
pub(crate) use self::inbox::{Mail, OnStop, Shared};
pub(crate) use self::injection::Injection;
pub(crate) use self::route::{deliver_error, send_to_handler};
pub(crate) use self::runnable::{Runnable, TaskRef};
pub(crate) use self::timers::Action;
pub(crate) use self::turn::{Root, RunEnded};
pub(crate) use self::unhandled_error::UnhandledError;
