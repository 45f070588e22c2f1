//! The operations of an executor that the rest of the library uses.
//!
//! Futures and tasks use an executor through the trait [`Host`], and find it by [`current()`]: they
//! do not know which executor it is. The embedded loop is a host. Only its public face, `io_loop/`,
//! and the error contexts, `context/`, use the loop itself.
//!
//! | operation | user |
//! |---|---|
//! | start a task | `gen::spawn`, engines |
//! | read the time, wake at a time | `gen::sleep`, timeouts |
//! | read the number of the turn | `gen::moment` |
//!
//! Three more operations work from any thread, so they take an id instead of a host: delivering an
//! injection to a task and setting its grace (`requests.rs`), and cancelling a timer
//! ([`cancel_timer`]).

use std::task::Waker;
use std::time::{Duration, Instant};

use super::errors::LoopClosed;
use super::ids::{LoopId, TaskId, TimerKey};
use super::inbox::Mail;
use super::runnable::TaskRef;
use super::{current, registry};

/// An executor, as the futures and tasks on its own thread use it.
pub(crate) trait Host {
    /// Returns the id of the host, which no other host gets.
    fn id(&self) -> LoopId;

    /// Runs the first step of the task, or queues it: see `current.rs`.
    fn start(&self, task: TaskRef) -> Result<TaskId, LoopClosed>;

    /// Returns the number of the current turn.
    fn turn_number(&self) -> u64;

    fn now(&self) -> Instant;

    /// Returns whether the time of the host is that of `Instant::now()`.
    fn has_real_clock(&self) -> bool;

    /// Returns the time `after` from now, or `None` if no `Instant` can hold it.
    fn deadline(&self, after: Duration) -> Option<Instant> {
        self.now().checked_add(after)
    }

    /// Returns a number for a new timer. Timers with the same deadline fire in the order of their
    /// numbers.
    fn next_timer_number(&self) -> u64;

    /// Returns whether a timer of that number was made before the current turn.
    fn is_older_than_turn(&self, number: u64) -> bool;

    /// Makes a timer that wakes `waker` at the deadline, or never if there is none.
    fn wake_at(&self, deadline: Option<Instant>, number: u64, waker: &Waker) -> TimerKey;

    /// Returns whether the timer still waits. If so, it wakes `waker` from now on.
    fn rearm(&self, timer: TimerKey, waker: &Waker) -> bool;
}

/// The host that runs on this thread.
pub(crate) fn current() -> Option<impl Host> {
    current::get()
}

/// Cancels a timer: here if its loop runs on this thread, else through the inbox of the loop.
pub(crate) fn cancel_timer(timer: TimerKey) {
    match current::get() {
        Some(core) if core.id() == timer.loop_id => drop(core.cancel_timer(timer)),
        _ => {
            if let Some(shared) = registry::find(timer.loop_id) {
                // A loop that was closed just now refuses this. Its timers are gone anyway.
                let _ = shared.send(Mail::CancelTimer(timer));
            }
        }
    }
}
