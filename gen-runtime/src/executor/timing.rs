//! The timers of a loop, as its futures and handles use them.

use std::task::Waker;
use std::time::Instant;

use super::core::Core;
use super::ids::TimerKey;
use super::timers::Action;

impl Core {
    /// A number that tells the order in which timers were made.
    pub(crate) fn next_timer_number(&self) -> u64 {
        self.timers.borrow_mut().next_number()
    }

    /// Without a deadline it waits until it is cancelled. On a closed loop the action is dropped, and the key
    /// fits nothing.
    pub(crate) fn add_timer(&self, deadline: Option<Instant>, number: u64, action: Action) -> TimerKey {
        if self.closed.get() {
            drop(action);
            return TimerKey::stale(self.id, number);
        }
        let index = self.timers.borrow_mut().insert(deadline, number, action);
        TimerKey { loop_id: self.id, index, number }
    }

    /// Takes a timer out before it fires; its action is for the caller to drop.
    pub(crate) fn cancel_timer(&self, key: TimerKey) -> Option<Action> {
        if key.loop_id != self.id {
            return None;
        }
        self.timers.borrow_mut().cancel(key)
    }

    /// Whether the timer still waits; if so, it wakes `waker` from now on.
    ///
    /// One of a closed loop has not fired, and never will.
    pub(crate) fn rearm_timer(&self, key: TimerKey, waker: &Waker) -> bool {
        if self.closed.get() {
            return true;
        }
        match self.timers.borrow().waits_with(key, waker) {
            None => return false,
            Some(true) => return true,
            Some(false) => {}
        }
        // Cloned before, and the old one dropped after the borrow: a waker may be anybody's.
        let waker = waker.clone();
        let old = self.timers.borrow_mut().replace(key, Action::Wake(waker));
        drop(old);
        true
    }
}
