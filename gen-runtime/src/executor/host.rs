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
//! | what does it inherit? [`to_inherit()`], [`capture()`] | spawns, callbacks, `gen::blocking` | the bindings around the call, and what the running task has inherited itself; only that of an earlier call [here](inheriting_only) |
//!
//! The two first questions are separate, because an executor that is handed over takes tasks, but
//! has no timers.
//!
//! Three more operations work from any thread, so they take a name instead of a host: delivering an
//! injection to a task and setting its grace (`requests.rs`), and cancelling a timer of a loop
//! ([`cancel_timer`]).

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use super::core::Core;
use super::current_context::outside;
use super::error_context::ErrorContext;
use super::foreign::{current_clock, Clock, Executor};
use super::ids::{LoopId, TaskId, TimerKey};
use super::inbox::Mail;
use super::{current, registry};
use crate::bindings::{self, Inherited};
use crate::inject::fixed_order::{self, RefusedKind};
use crate::inject::question::{AboutTask, TaskTag};

/// The place where a task goes.
pub(crate) enum TaskHost {
    Loop(Rc<Core>),
    Foreign(Executor),
}

/// Returns the place where a task goes that is spawned on this thread.
#[track_caller]
#[inline]
pub(crate) fn tasks() -> Option<TaskHost> {
    if fixed_order::refuses_call(RefusedKind::SpawnedTask) {
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

    /// Whether its time is that of `Instant::now()`.
    fn has_real_time(&self) -> bool {
        match self {
            TimeHost::Loop(core) => core.has_real_clock(),
            TimeHost::Foreign(clock) => clock.is_real(),
        }
    }
}

/// Returns the context in which a callback runs that is scheduled here: that of the task, with the
/// bindings around the call.
#[inline]
pub(crate) fn capture() -> Option<Arc<ErrorContext>> {
    let context = current::capture();
    if bindings::is_any() {
        with_bindings(context)
    } else {
        context
    }
}

#[cold]
fn with_bindings(context: Option<Arc<ErrorContext>>) -> Option<Arc<ErrorContext>> {
    let own = context.as_ref().and_then(|context| context.inherited());
    match bindings::collect(own.clone(), now) {
        Some(all) if !own.is_some_and(|own| Arc::ptr_eq(&own, &all)) => {
            Some(ErrorContext::of_bindings(context.as_ref().and_then(ErrorContext::that_takes), all))
        }
        _ => context,
    }
}

/// Returns what a task inherits that is spawned here, in that context.
#[inline]
pub(crate) fn to_inherit(outer: Option<&Arc<ErrorContext>>) -> Option<Arc<Inherited>> {
    let outer = outer.filter(|outer| outer.inherits());
    if outer.is_none() && !bindings::is_any() {
        return None;
    }
    bindings::collect(outer.and_then(|outer| outer.inherited()), now)
}

/// Returns what a task inherits that is made here, and is spawned later by [`inheriting_only`].
pub(crate) fn to_inherit_later() -> Option<Arc<Inherited>> {
    bindings::collect(current::inherited(), now)
}

/// Calls `spawn`, whose task then belongs to nothing around: it inherits only that, and its
/// callbacks report their errors to its loop alone.
pub(crate) fn inheriting_only<R>(inherited: Option<&Arc<Inherited>>, spawn: impl FnOnce() -> R) -> R {
    outside(|| bindings::apart(|| bindings::within_inherited(inherited, spawn)))
}

/// Returns what a closure inherits that is called here, but runs on a thread without an executor.
/// Its deadline is on the real clock.
pub(crate) fn to_inherit_elsewhere() -> Option<Arc<Inherited>> {
    let inherited = to_inherit_later()?;
    match time() {
        Some(host) if !host.has_real_time() => Some(Arc::new(inherited.on_clock(host.now(), Instant::now()))),
        _ => Some(inherited),
    }
}

/// The time on the clock of the loop that runs here, or of tokio, or on the real clock.
pub(crate) fn now() -> Instant {
    time().map_or_else(Instant::now, |host| host.now())
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
