//! What the rest of the library asks of an executor.
//!
//! Futures and tasks see an executor through the trait [`Host`] alone, and find it by [`current`]: they
//! do not know which one it is. The embedded loop is a host. Its own public face, `io_loop/`, is the only
//! user of the loop itself.
//!
//! | asked | by |
//! |---|---|
//! | start a task | `gen::spawn`, engines |
//! | the time, and a wake at a time | `gen::sleep`, timeouts |
//! | the number of the turn | `gen::moment` |
//!
//! Two more things are asked from any thread, and so by a name instead of a host: what is delivered to
//! a task (`requests.rs`), and a timer that is taken back ([`cancel_timer`]).

use std::task::Waker;
use std::time::{Duration, Instant};

use super::errors::LoopClosed;
use super::ids::{LoopId, TaskId, TimerKey};
use super::inbox::Mail;
use super::runnable::TaskRef;
use super::{current, registry};

/// An executor, on its own thread.
pub(crate) trait Host {
    /// Names the host for good.
    fn id(&self) -> LoopId;

    /// Runs the first step of the task, or queues it; see `current.rs`.
    fn start(&self, task: TaskRef) -> Result<TaskId, LoopClosed>;

    /// The number of the present turn.
    fn turn(&self) -> u64;

    fn now(&self) -> Instant;

    /// Whether its time is that of `Instant::now()`.
    fn has_real_clock(&self) -> bool;

    /// The time `after` from now; never, if no `Instant` can hold it.
    fn deadline(&self, after: Duration) -> Option<Instant> {
        self.now().checked_add(after)
    }

    /// A number for a timer that is made now. Of timers with one deadline, the smaller number is first.
    fn next_timer_number(&self) -> u64;

    /// Whether a timer of that number was made before the present turn.
    fn is_older_than_turn(&self, number: u64) -> bool;

    /// Wakes `waker` at the deadline; without one, never.
    fn wake_at(&self, deadline: Option<Instant>, number: u64, waker: &Waker) -> TimerKey;

    /// Whether the timer has not fired yet; if so, it wakes `waker` from now on.
    fn rearm(&self, timer: TimerKey, waker: &Waker) -> bool;
}

/// The host that runs on this thread.
pub(crate) fn current() -> Option<impl Host> {
    current::get()
}

/// Takes a timer back: here if its loop runs on this thread, else through the inbox of the loop.
pub(crate) fn cancel_timer(timer: TimerKey) {
    match current::get() {
        Some(core) if core.id() == timer.loop_id => drop(core.cancel_timer(timer)),
        _ => {
            if let Some(shared) = registry::find(timer.loop_id) {
                // Refused by a loop that closed just now: its timers are gone anyway.
                let _ = shared.send(Mail::CancelTimer(timer));
            }
        }
    }
}
