//! The timers of a loop, as its handles and its host use them.

use std::time::Instant;

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

    /// Removes a timer before it fires. The caller drops the action.
    pub(crate) fn cancel_timer(&self, key: TimerKey) -> Option<Action> {
        if key.loop_id != self.id {
            return None;
        }
        self.timers.borrow_mut().cancel(key)
    }
}
