//! The embedded loop as a host: the start of a task, and the timers of futures.

use std::rc::Rc;
use std::task::Waker;
use std::time::Instant;

use super::core::Core;
use super::current;
use super::errors::LoopClosed;
use super::ids::{SlotId, TaskId, TimerKey};
use super::runnable::TaskRef;
use super::timers::Action;

impl Core {
    /// Runs the first step of the task, or queues it: see `current.rs`.
    pub(crate) fn start(self: &Rc<Self>, task: TaskRef) -> Result<TaskId, LoopClosed> {
        if self.closed.get() {
            return Err(LoopClosed);
        }
        // The context of the caller, so it is captured before this loop becomes the current one.
        let outer = current::capture();
        let (slot, id) = {
            let mut scheduler = self.scheduler.borrow_mut();
            let slot = scheduler.insert(outer);
            (slot, scheduler.task_in(self.id, slot))
        };
        match current::enter_first_step(self) {
            Some(_entered) => {
                let _runtime = self.runtime.enter();
                self.step(slot, task);
            }
            None => self.queue_first_step(slot, task),
        }
        Ok(id)
    }

    #[cold]
    fn queue_first_step(&self, slot: SlotId, task: TaskRef) {
        let mut scheduler = self.scheduler.borrow_mut();
        let closed_task = scheduler.put_back(slot, task);
        debug_assert!(closed_task.is_none(), "the slot was made just now");
        scheduler.schedule(slot);
    }

    /// Makes a slot for the future of a blocking call, and queues it for its first poll.
    pub(crate) fn insert_root(&self) -> SlotId {
        let outer = current::capture();
        self.scheduler.borrow_mut().insert_root(outer)
    }

    /// Returns the number of the current turn.
    pub(crate) fn turn_number(&self) -> u64 {
        self.turn_number.get()
    }

    /// Whether the time of the loop is that of `Instant::now()`.
    pub(crate) fn has_real_clock(&self) -> bool {
        self.has_real_clock
    }

    /// Whether a timer of that number was made before the current turn.
    pub(crate) fn is_older_than_turn(&self, number: u64) -> bool {
        number < self.turn_began_at.get()
    }

    /// Makes a timer that wakes `waker` at the deadline, or never if there is none.
    pub(crate) fn wake_at(&self, deadline: Option<Instant>, number: u64, waker: &Waker) -> TimerKey {
        self.add_timer(deadline, number, Action::Wake(waker.clone()))
    }

    /// Returns whether the timer still waits. If so, it wakes `waker` from now on. The timers of a
    /// closed loop wait for ever.
    pub(crate) fn rearm(&self, timer: TimerKey, waker: &Waker) -> bool {
        if self.closed.get() {
            return true;
        }
        match self.timers.borrow().action(timer) {
            None => return false,
            Some(Action::Wake(known)) if known.will_wake(waker) => return true,
            Some(_) => {}
        }
        // Cloned before the borrow, and the old one dropped after it: both may run code of a user.
        let waker = waker.clone();
        let old = self.timers.borrow_mut().replace(timer, Action::Wake(waker));
        drop(old);
        true
    }
}
