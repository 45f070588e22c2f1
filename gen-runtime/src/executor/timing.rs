//! The timers of a loop, as its handles and its host use them.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::core::Core;
use super::ids::TimerKey;
use super::timers::Action;

impl Core {
    /// Returns a number for a new timer. The numbers give the order of creation.
    pub(crate) fn next_timer_number(&self) -> u64 {
        self.timers.borrow_mut().next_number()
    }

    /// Adds a timer. Without a deadline it waits until it is cancelled. On a closed loop the action
    /// is dropped, and the key fits no timer.
    pub(crate) fn add_timer(&self, deadline: Option<Instant>, number: u64, action: Action) -> TimerKey {
        if self.closed.get() {
            drop(action);
            return TimerKey::stale(self.id, number);
        }
        let index = self.timers.borrow_mut().insert(deadline, number, action);
        TimerKey { loop_id: self.id, index, number }
    }

    /// Makes a timer that wakes `waker` when `after` has passed, counted from now. Also returns the
    /// deadline, if it is known and an `Instant` can hold it.
    ///
    /// On a clock that runs by itself the time is counted from the end of this turn. Another clock
    /// stands still meanwhile, or was moved on purpose, and so is read now.
    pub(crate) fn wake_after(&self, after: Duration, waker: &Waker) -> (TimerKey, Option<Instant>) {
        let waker = Action::Wake(waker.clone());
        let runs_by_itself = self.clock.runs_by_itself();
        let (number, inserted) = {
            let mut timers = self.timers.borrow_mut();
            let number = timers.next_number();
            let inserted = match runs_by_itself {
                true => timers.insert_in_turn(after, number, waker),
                false => Err(waker),
            };
            (number, inserted)
        };
        match inserted {
            Ok(index) => (TimerKey { loop_id: self.id, index, number }, None),
            Err(waker) => {
                let deadline = self.deadline(after);
                (self.add_timer(deadline, number, waker), deadline)
            }
        }
    }

    /// Returns the deadline of a timer of this loop that waits, if it has one already.
    #[cold]
    pub(crate) fn deadline_of(&self, key: TimerKey) -> Option<Instant> {
        if !key.is_of(self.id) {
            return None;
        }
        self.timers.borrow().deadline(key)
    }

    /// Removes a timer before it fires. The caller drops the action.
    pub(crate) fn cancel_timer(&self, key: TimerKey) -> Option<Action> {
        if !key.is_of(self.id) {
            return None;
        }
        self.timers.borrow_mut().cancel(key)
    }
}
