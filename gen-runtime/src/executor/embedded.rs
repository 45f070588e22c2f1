//! The embedded loop as a [`Host`], and the start of a task or of the future of a blocking call.

use std::rc::Rc;
use std::task::Waker;
use std::time::Instant;

use super::core::Core;
use super::current;
use super::errors::LoopClosed;
use super::host::Host;
use super::ids::{LoopId, SlotId, TaskId, TimerKey};
use super::runnable::TaskRef;
use super::timers::Action;

impl Host for Rc<Core> {
    fn id(&self) -> LoopId {
        self.id
    }

    fn start(&self, task: TaskRef) -> Result<TaskId, LoopClosed> {
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
            Some(_entered) => self.step(slot, task),
            None => self.queue_first_step(slot, task),
        }
        Ok(id)
    }

    fn turn_number(&self) -> u64 {
        self.turn_number.get()
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn has_real_clock(&self) -> bool {
        self.has_real_clock
    }

    fn next_timer_number(&self) -> u64 {
        self.timers.borrow_mut().next_number()
    }

    fn is_older_than_turn(&self, number: u64) -> bool {
        number < self.turn_began_at.get()
    }

    fn wake_at(&self, deadline: Option<Instant>, number: u64, waker: &Waker) -> TimerKey {
        self.add_timer(deadline, number, Action::Wake(waker.clone()))
    }

    // The timers of a closed loop wait for ever.
    fn rearm(&self, timer: TimerKey, waker: &Waker) -> bool {
        if self.closed.get() {
            return true;
        }
        match self.timers.borrow().will_wake(timer, waker) {
            None => return false,
            Some(true) => return true,
            Some(false) => {}
        }
        // Cloned before the borrow, and the old one dropped after it: both may run code of a user.
        let waker = waker.clone();
        let old = self.timers.borrow_mut().replace(timer, Action::Wake(waker));
        drop(old);
        true
    }
}

impl Core {
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
}
