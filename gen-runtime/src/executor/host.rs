//! The hosts: where a task goes, and whose timers are used.
//!
//! Futures and tasks use an executor through the functions of this file: they do not know which
//! executor it is. Only the public face of the embedded loop, `io_loop/`, and the error contexts,
//! `context/`, use that loop itself.
//!
//! | question | asked by | answers, in this order |
//! |---|---|---|
//! | where does a task go? [`tasks()`] | `gen::spawn`, engines | the executor of the task or of the `with_spawner` that is polled here; the loop that runs here; the runtime of tokio that is entered |
//! | whose timers are used? [`time()`] | `gen::sleep`, timeouts | the loop that runs here; the runtime of tokio that is entered; those of async-io |
//! | which turn is it? [`turn()`] | `gen::moment` | the loop that runs here |
//!
//! The two first questions are separate, because an executor that is handed over takes tasks, but
//! has no timers.
//!
//! Three more operations work from any thread, so they take a name instead of a host: delivering an
//! injection to a task and setting its grace (`requests.rs`), and cancelling a timer of a loop
//! ([`cancel_timer`]).

use std::rc::Rc;
use std::time::Instant;

use super::core::Core;
use super::foreign::{current_clock, Clock, Executor};
use super::ids::{LoopId, TaskId, TimerKey};
use super::inbox::Mail;
use super::{current, registry};
use crate::inject::fixed_order;
use crate::inject::question::{AboutTask, TaskTag};

/// The place where a task goes.
pub(crate) enum TaskHost {
    Loop(Rc<Core>),
    Foreign(Executor),
}

/// Returns the place where a task goes that is spawned on this thread.
#[inline]
pub(crate) fn tasks() -> Option<TaskHost> {
    if fixed_order::refuses("a spawned task") {
        return None;
    }
    if let Some(core) = current::innermost_loop() {
        return Some(TaskHost::Loop(core));
    }
    if let Some(executor) = current::executor() {
        return Some(TaskHost::Foreign(executor));
    }
    Executor::detect().map(TaskHost::Foreign)
}

/// The host whose timers are used.
pub(crate) enum TimeHost {
    Loop(Rc<Core>),
    Foreign(Clock),
}

/// Returns the host whose timers are used on this thread.
pub(crate) fn time() -> Option<TimeHost> {
    match current::get() {
        Some(core) => Some(TimeHost::Loop(core)),
        None => current_clock().map(TimeHost::Foreign),
    }
}

impl TimeHost {
    pub(crate) fn now(&self) -> Instant {
        match self {
            TimeHost::Loop(core) => core.now(),
            TimeHost::Foreign(clock) => clock.now(),
        }
    }
}

/// A turn of a loop: the loop, and the number of the turn.
pub(crate) type Turn = (LoopId, u64);

/// Returns the turn that a loop runs on this thread.
pub(crate) fn turn() -> Option<Turn> {
    current::get().map(|core| (core.id(), core.turn_number()))
}

/// A seed that no generator of this run has had, and that is the same in each run of the program.
/// There is one on a loop whose clock does not run by itself.
pub(crate) fn repeatable_seed() -> Option<u64> {
    current::get().filter(|core| !core.time_passes()).map(|core| core.next_timer_number())
}

/// The facts about a suspended task of the loop that runs on this thread.
#[cold]
pub(crate) fn about(task: TaskTag) -> Option<AboutTask> {
    let core = current::get()?;
    core.about(TaskId::of_tag(task, core.id())?)
}

/// Cancels a timer of a loop: here if the loop runs on this thread, else through its inbox.
pub(crate) fn cancel_timer(timer: TimerKey) {
    match current::get() {
        Some(core) if timer.is_of(core.id()) => drop(core.cancel_timer(timer)),
        _ => {
            if let Some(shared) = registry::find(timer.loop_id) {
                // A loop that was closed just now refuses this. Its timers are gone anyway.
                let _ = shared.send(Mail::CancelTimer(timer));
            }
        }
    }
}
