//! The timers of a host: exact order by (deadline, creation), and a cheap cancel.
//!
//! Most timers never fire: they belong to a timeout whose child ends first. So a timer is an entry
//! in a binary heap, and a slot that holds its action. A cancel takes the action out of the slot,
//! in constant time, and leaves the heap entry behind as *stale*. Stale entries are dropped when
//! they come to the top, and all at once when they are more than half of the heap. So a cancel
//! costs amortized constant time, and the heap is never more than twice as large as needed. Most
//! timers have a later deadline than most others, and such an entry is inserted without moving up.
//!
//! A timer's number is its creation order and its identity. No other timer of the loop has the same
//! number, and no other loop has the same id. So the key of a timer that has fired or was cancelled
//! fits no later timer, however often its slot is used again.
//!
//! A timer without a deadline has a slot only. It never fires, and can be cancelled like any other.
//!
//! Nothing in here runs code of a user, not even a drop: actions that are taken out go to the
//! caller.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;
use std::time::Instant;

use super::ids::{LoopId, TimerKey};
use super::runnable::QueuedCallback;

/// The action of a timer of a loop, when it fires.
pub(crate) enum Action {
    Wake(Waker),
    Call(QueuedCallback),
}

/// `A` is the action of a timer, when it fires.
pub(crate) struct Timers<A> {
    heap: BinaryHeap<Reverse<Entry>>,
    slots: Vec<TimerSlot<A>>,
    free: Vec<u32>,
    /// The number of heap entries whose timer was cancelled.
    stale: usize,
    next_number: u64,
}

/// Ordered by deadline, then by creation. The numbers differ, so the index never decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    deadline: Instant,
    number: u64,
    index: u32,
}

struct TimerSlot<A> {
    /// The number of the timer that has the slot, or had it last.
    number: u64,
    /// Whether the heap has an entry for the timer. It has none for a due timer that is about to
    /// fire, nor for one without a deadline.
    in_heap: bool,
    action: Option<A>,
}

/// Below this many entries the heap is left as it is.
const WORTH_COMPACTING: usize = 64;

impl<A> Timers<A> {
    pub(crate) fn new() -> Self {
        Timers { heap: BinaryHeap::new(), slots: Vec::new(), free: Vec::new(), stale: 0, next_number: 0 }
    }

    pub(crate) fn next_number(&mut self) -> u64 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    /// Adds a timer, which never fires if it has no deadline. Returns the index of its slot.
    pub(crate) fn insert(&mut self, deadline: Option<Instant>, number: u64, action: A) -> u32 {
        let slot = TimerSlot { number, in_heap: deadline.is_some(), action: Some(action) };
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index as usize] = slot;
                index
            }
            None => {
                self.slots.push(slot);
                // The slots of 2^32 timers would take 128 GB.
                u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 timers")
            }
        };
        if let Some(deadline) = deadline {
            self.heap.push(Reverse(Entry { deadline, number, index }));
        }
        index
    }

    /// Returns the action of a timer that still waits.
    pub(crate) fn action(&self, key: TimerKey) -> Option<&A> {
        let slot = self.slots.get(key.index as usize).filter(|slot| slot.number == key.number)?;
        slot.action.as_ref()
    }

    /// Gives another action to a timer that still waits. Returns the action that is not needed.
    pub(crate) fn replace(&mut self, key: TimerKey, action: A) -> Option<A> {
        match self.slot(key) {
            Some(slot) => slot.action.replace(action),
            None => Some(action),
        }
    }

    /// Removes a timer before it fires.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<A> {
        let slot = self.slot(key)?;
        let in_heap = slot.in_heap;
        let action = slot.action.take();
        self.free.push(key.index);
        if in_heap {
            self.stale += 1;
            self.compact();
        }
        action
    }

    /// The earliest deadline of a timer that still waits.
    pub(crate) fn next_deadline(&mut self) -> Option<Instant> {
        self.next().map(|(deadline, _)| deadline)
    }

    /// The deadline and the number of the timer that fires next.
    pub(crate) fn next(&mut self) -> Option<(Instant, u64)> {
        while let Some(Reverse(entry)) = self.heap.peek() {
            if is_live(&self.slots, entry) {
                return Some((entry.deadline, entry.number));
            }
            self.heap.pop();
            self.stale -= 1;
        }
        None
    }

    /// Takes the timers that are due at `now` from the heap, in order. Each waits for its `fire`,
    /// and may be cancelled until then.
    pub(crate) fn take_due(&mut self, now: Instant, loop_id: LoopId, due: &mut Vec<TimerKey>) {
        while self.next_deadline().is_some_and(|deadline| deadline <= now) {
            if let Some(Reverse(Entry { number, index, .. })) = self.heap.pop() {
                self.slots[index as usize].in_heap = false;
                due.push(TimerKey { loop_id, index, number });
            }
        }
    }

    /// Takes the action of a due timer that was not cancelled.
    pub(crate) fn fire(&mut self, key: TimerKey) -> Option<A> {
        let action = self.slot(key)?.action.take();
        self.free.push(key.index);
        action
    }

    /// Removes all timers for good.
    pub(crate) fn clear(&mut self) -> Vec<A> {
        self.heap.clear();
        self.free.clear();
        self.stale = 0;
        std::mem::take(&mut self.slots).into_iter().filter_map(|slot| slot.action).collect()
    }

    fn slot(&mut self, key: TimerKey) -> Option<&mut TimerSlot<A>> {
        let slot = self.slots.get_mut(key.index as usize)?;
        (slot.number == key.number && slot.action.is_some()).then_some(slot)
    }

    fn compact(&mut self) {
        if self.heap.len() >= WORTH_COMPACTING && self.stale * 2 > self.heap.len() {
            let slots = &self.slots;
            self.heap.retain(|Reverse(entry)| is_live(slots, entry));
            self.stale = 0;
        }
    }
}

fn is_live<A>(slots: &[TimerSlot<A>], entry: &Entry) -> bool {
    let slot = &slots[entry.index as usize];
    slot.number == entry.number && slot.action.is_some()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::executor::ids::LoopName;

    fn the_loop() -> LoopId {
        LoopId::new(1, LoopName(1))
    }

    fn add(timers: &mut Timers<Action>, deadline: Instant) -> TimerKey {
        let number = timers.next_number();
        let index = timers.insert(Some(deadline), number, Action::Wake(Waker::noop().clone()));
        TimerKey { loop_id: the_loop(), index, number }
    }

    #[test]
    fn cancelled_timers_do_not_pile_up_in_the_heap() {
        let (mut timers, now) = (Timers::<Action>::new(), Instant::now());
        let kept: Vec<_> = (0..100).map(|i| add(&mut timers, now + Duration::from_secs(i))).collect();
        for _ in 0..100_000 {
            let key = add(&mut timers, now + Duration::from_secs(3600));
            assert!(timers.cancel(key).is_some());
        }
        assert!(timers.heap.len() <= 2 * kept.len() + 1, "{} entries for 100 timers", timers.heap.len());
        assert_eq!(timers.slots.len(), 101);
        let mut due = Vec::new();
        timers.take_due(now + Duration::from_secs(200), the_loop(), &mut due);
        assert_eq!(due, kept);
    }

    #[test]
    fn an_old_key_does_not_fit_the_next_timer_in_its_slot() {
        let (mut timers, now) = (Timers::<Action>::new(), Instant::now());
        let old = add(&mut timers, now);
        assert!(timers.cancel(old).is_some());
        let new = add(&mut timers, now);
        assert_eq!(old.index, new.index);
        assert!(timers.cancel(old).is_none());
        assert!(timers.cancel(new).is_some());
        assert!(timers.cancel(new).is_none());
    }

    #[test]
    fn a_due_timer_that_is_cancelled_is_counted_once() {
        let (mut timers, now) = (Timers::<Action>::new(), Instant::now());
        let key = add(&mut timers, now);
        let mut due = Vec::new();
        timers.take_due(now, the_loop(), &mut due);
        assert!(timers.cancel(key).is_some());
        assert!(timers.fire(key).is_none());
        assert_eq!((timers.stale, timers.heap.len(), timers.free.len()), (0, 0, 1));
    }
}
