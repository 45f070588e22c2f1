//! The executors: the embedded loop, and how those of other libraries are used.
//!
//! # How it works
//!
//! Each file imports only from files that are further down in this table.
//!
//! | file | what it holds |
//! |---|---|
//! | `fired.rs` | a quick look whether a timer may have fired |
//! | `embedded.rs` | the embedded loop as a host |
//! | `callback_call.rs` | [`CallbackCall`]: a call of [`from_callback`](crate::from_callback), apart from its result |
//! | `callback_context.rs` | [`CallbackContext`](callback_context::CallbackContext): the error context of such a call |
//! | `callbacks.rs` | calls a callback in the context in which it was scheduled |
//! | `steered.rs` | runs the turns of a loop that a test steers |
//! | `turn.rs` | runs the turns of a loop, and polls the tasks in them |
//! | `slow_steps.rs` | times the steps of bodies, and reports those that keep their loop for long |
//! | `asking.rs` | asks all tasks of a loop for their waits |
//! | `close.rs` | closes a loop |
//! | `requests.rs` | delivers an injection to a task, or limits the time that it has to end |
//! | `starting.rs` | [`Starting`]: the name of a task that another thread sends to a loop |
//! | `host.rs` | the hosts: where a task goes, and whose timers are used |
//! | `route.rs` | the route of an error that has no caller, from the inside out |
//! | `waker.rs` | wakers that are names |
//! | `foreign/` | tasks and timers on the executors of other libraries. Its upper files import `current.rs`. That file and `current_poll.rs` import its lower files |
//! | `current.rs` | the things that run on this thread: the loop, the task, the executor for new tasks |
//! | `current_poll.rs` | the poll on a foreign executor in which this thread is, with its task and its executor |
//! | `timing.rs` | the timers of a loop, as its futures and handles use them |
//! | `idle.rs` | an idle loop: how long it sleeps, and whether it is stuck |
//! | `core.rs` | [`Core`]: the data of a loop |
//! | `step_places.rs` | [`SlowSteps`](step_places::SlowSteps): the limit for steps, and the places at which bodies are suspended |
//! | `entered_runtime.rs` | the runtime of tokio that a loop enters whenever it runs |
//! | `registry.rs` | the loops of this process, by name |
//! | `slot_injections.rs` | the injections that wait for the next poll of a slot |
//! | `slot_memory.rs` | the memory of the slots and jobs, which shrinks after a burst |
//! | `scheduler.rs` | the slots of tasks, and the queue |
//! | `task_slot.rs` | a slot: the task, and its place in the chain of error contexts |
//! | `task_mark.rs` | [`TaskMark`]: the task that was polled at some time, in two words |
//! | `task_node.rs` | the tasks of a loop in the chain of error contexts |
//! | `inbox.rs` | the mail of other threads, and the sleep of the loop |
//! | `task_ref.rs` | [`TaskRef`]: the reference of a loop to a task |
//! | `slot_context.rs` | [`SlotContext`](slot_context::SlotContext): a task on a foreign executor in the chain of error contexts |
//! | `current_context.rs` | the error context that was entered on this thread |
//! | `error_context.rs` | [`ErrorContext`]: a task as an error context, with its injections |
//! | `callback_state.rs` | the stages of a [`CallbackContext`](callback_context::CallbackContext) |
//! | `injection.rs` | [`Injection`]: the error or the request that a task is resumed with |
//! | `unhandled_error.rs` | [`UnhandledError`]: an error that has no caller |
//! | `drops.rs` | the callables that a callback has dropped, which are reported after its error |
//! | `callable_wait.rs` | whether the wait for a callable is that of a callback |
//! | `first_steps.rs` | how deep first steps nest |
//! | `timers/` | the timers of a host, by (deadline, creation) |
//! | `clock.rs` | the clocks |
//! | `answers.rs` | the question for all tasks of a loop, and their answers |
//! | `runnable.rs` | the interface of tasks and callbacks to the loop |
//! | `ids.rs` | the names of loops, slots, tasks and timers |
//! | `errors.rs` | the errors of a loop |
//! | `no_host.rs` | [`NoHost`]: nothing here takes a task, or has timers |
//! | `models.rs`, `models_of_callback_call.rs` | loom models of the inbox, and of a [`CallbackCall`] with a context |
//!
//! # What a turn is
//!
//! 1. The mail of other threads (wakes, remote callbacks) goes to the end of the queue.
//! 2. The queue as it is now is the turn's *batch*, and the timers whose deadline is not after now
//!    are *due*.
//! 3. The batch runs in order. Callbacks and resumptions of tasks share the one queue, first in,
//!    first out.
//! 4. The due timers run, by (deadline, creation). One that was removed in step 3, or by an earlier
//!    timer, does not.
//! 5. The timeouts that began in this turn, and still wait, get their deadlines. They count from
//!    this end of the turn, so the clock is read once for all of them. On a clock that does not run
//!    by itself each has got its deadline at once.
//! 6. If nothing is queued, the loop sleeps until the next deadline, or until another thread sends
//!    mail. A clock that does not run by itself is moved to that deadline instead, unless another
//!    thread [owes the loop a wake](crate::Remote::keep_alive): then the loop sleeps until that has
//!    come.
//!
//! Anything that is added meanwhile waits for the next turn, even a timer that is already due. So
//! no task and no callback, however often it queues itself, keeps the others from running. If a
//! callback fails or panics, the error goes to its error context, and the rest of the turn runs. A
//! turn is never cut short: `stop`, and the end of the future that `run_sync` waits for, take
//! effect after step 5.
//!
//! # Who owns what
//!
//! ```text
//! IoLoop (one owner) ─┐
//! IoLoopHandle ───────┼─ Rc ─> Core ─┬─> slots ─> tasks
//! current loop (TLS) ─┘              ├─> queue, timers
//!                                    └─ Arc ─┐
//! Remote ────────────────────────────── Arc ─┼─> Shared (inbox, stop)
//! registry, by loop name ────────────── Arc ─┘
//!
//! Waker: loop name, slot, generation; owns nothing
//! ```
//!
//! Bodies and callbacks may hold handles to their own loop. That is a cycle, and the drop of the
//! [`IoLoop`](crate::IoLoop) breaks it: it takes everything out of the core and drops it. Only the
//! owner can run the loop, and running borrows it, so a loop is never dropped in the middle of a
//! turn.
//!
//! # Error contexts
//!
//! A task has no [`ErrorContext`] until a callback is scheduled in it, or a request comes: its slot
//! only holds its place in the chain (`task_slot.rs`), which is used by its loop and has no atomic.
//! So a task is one allocation, and a task without callbacks pays for one flag. While a task runs,
//! its loop knows the slot, and `capture` makes the context of the slot, once.
//!
//! | event | function | what happens |
//! |---|---|---|
//! | a callback is scheduled | `current::capture` | the context of the running task is captured with the callback, in an `Arc` |
//! | the callback runs | `callbacks::call` | its context is the thread's current one; a guard restores the one before |
//! | it fails | `Core::throw` | each context, from the inside out, is offered the error; a suspended task queues it, and is scheduled |
//! | the task is polled | `Core::poll_with_injection` | the first injection of its queue is put in flight for that poll, addressed to the task's waker |
//! | the task ends | `Core::release`, `Core::release_with` | its context is closed; errors that are left in the queue are offered to the outer context |
//!
//! A context is `Send`, because callbacks that hold one are. The queue of a loop's task is only
//! touched on the loop's thread: other threads, and other loops, send the error to the inbox of
//! that loop. The queue of a task on a foreign executor is touched on any thread, under the lock of
//! the task's mailbox.

mod answers;
mod asking;
mod callable_wait;
mod callback_call;
mod callback_context;
mod callback_state;
mod callbacks;
mod clock;
mod close;
mod core;
pub(crate) mod current;
pub(crate) mod current_context;
mod current_poll;
mod drops;
mod embedded;
mod entered_runtime;
mod error_context;
mod errors;
mod fired;
mod first_steps;
mod foreign;
pub(crate) mod host;
mod idle;
mod ids;
mod inbox;
mod injection;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod models_of_callback_call;
mod no_host;
mod registry;
pub(crate) mod requests;
mod route;
mod runnable;
mod scheduler;
mod slot_context;
mod slot_injections;
mod slot_memory;
mod slow_steps;
mod starting;
mod steered;
mod step_places;
mod task_mark;
mod task_node;
mod task_ref;
mod task_slot;
mod timers;
mod timing;
mod turn;
mod unhandled_error;
mod waker;

pub(crate) use self::answers::{LoopAnswer, LoopQuestion, TaskAnswer, TaskAsked};
pub(crate) use self::callable_wait::report_before_wait;
pub(crate) use self::callback_call::CallbackCall;
pub(crate) use self::callback_state::Polled;
pub(crate) use self::callbacks::{call, run_in};
pub(crate) use self::clock::RealClock;
pub use self::clock::{Clock, VirtualClock};
pub(crate) use self::core::Core;
pub(crate) use self::drops::{
    abandon, during as noting_drops, note_later_first_step, report_before_join, Abandon, Doubt,
};
pub(crate) use self::embedded::Around;
pub(crate) use self::error_context::{depth as depth_of, ErrorContext};
pub use self::errors::{LoopClosed, LoopRunning, LoopStopped, RuntimeRunning};
pub(crate) use self::fired::may_have_fired;
pub(crate) use self::first_steps::{count_first_step, runs_first_steps};
#[cfg(all(feature = "tokio", not(loom)))]
pub use self::foreign::{local, with_local_set};
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) use self::foreign::{
    tokio_takes_tasks, tracks_here, within_tracker, AskedTask, ForeignRoot, TrackedTask, Tracker,
};
pub use self::foreign::{with_spawner, SpawnedTask, Spawner, WithExecutor};
pub(crate) use self::foreign::{
    BodyOwner, Clock as ForeignClock, Executor, ForeignTimer, HostedBody, HostedRef, Mailbox, Shell,
};
pub(crate) use self::idle::OnIdle;
pub use self::ids::TimerKey;
pub(crate) use self::ids::{LoopId, SlotId, TaskId};
pub(crate) use self::inbox::{Mail, OnStop, Shared};
pub(crate) use self::injection::Injection;
pub use self::no_host::NoHost;
pub(crate) use self::route::{deliver_error, deliver_outward, send_to_handler};
pub(crate) use self::runnable::Runnable;
pub(crate) use self::starting::Starting;
pub(crate) use self::steered::{SteeredEnd, Steering};
pub(crate) use self::task_mark::TaskMark;
pub(crate) use self::task_ref::{TaskFunctions, TaskHeader, TaskRef};
pub(crate) use self::timers::Action;
pub(crate) use self::turn::{Root, RootInSlot, RunEnded};
pub(crate) use self::unhandled_error::UnhandledError;
