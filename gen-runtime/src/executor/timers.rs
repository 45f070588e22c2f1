//! The timers of a loop: exact order by (deadline, creation), cheap to take back.
//!
//! Most timers never fire: they belong to a timeout around something that was done first. So a timer is an
//! entry in a binary heap and a place in a table of actions. Cancelling takes the action out of the table, in
//! constant time, and leaves the heap entry behind as *stale*; stale entries are dropped when they come to
//! the top, and all at once when they are more than half of the heap, so a cancel costs constant time on the
//! whole, and the heap is never more than twice as large as needed. Most deadlines are later than most
//! others, and such an entry is put in without moving up.
//!
//! A timer's number is its creation order and its identity: no other timer of its loop has it, and no other
//! loop has its loop's id. So a key of a timer that is over fits nothing, however often its place was used
//! again.
//!
//! A timer without a deadline is in the table only. It never fires, and can be cancelled like any other.
//!
//! Nothing in here runs code of a user, not even a drop: an action that is taken out is handed to the caller.
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;
use std::time::Instant;

use super::ids::{LoopId, TimerKey};
use super::runnable::QueuedCallback;

/// What happens when a timer fires.
pub(crate) enum Action {
    Wake(Waker),
    Call(QueuedCallback),
}

pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Entry>>,
    places: Vec<TimerSlot>,
    free: Vec<u32>,
    /// Heap entries whose timer was cancelled.
    stale: usize,
    next_number: u64,
}

/// Ordered by deadline, then by creation; the numbers differ, so the place never decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    deadline: Instant,
    number: u64,
    index: u32,
}

struct TimerSlot {
    /// Of the timer that is or was here.
    number: u64,
    /// Still in the heap. Due timers are not, while they wait for their turn to run, nor are those without a
    /// deadline.
    in_heap: bool,
    action: Option<Action>,
}

/// Below this many entries the heap is left as it is.
const WORTH_COMPACTING: usize = 64;

impl Timers {
    pub(crate) fn new() -> Self {
        Timers { heap: BinaryHeap::new(), places: Vec::new(), free: Vec::new(), stale: 0, next_number: 0 }
    }

    pub(crate) fn next_number(&mut self) -> u64 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    /// Adds a timer, which never fires if it has no deadline, and gives its place.
    pub(crate) fn insert(&mut self, deadline: Option<Instant>, number: u64, action: Action) -> u32 {
        let place = TimerSlot { number, in_heap: deadline.is_some(), action: Some(action) };
        let index = match self.free.pop() {
            Some(index) => {
                self.places[index as usize] = place;
                index
            }
            None => {
                self.places.push(place);
                // 2^32 timers would be 128 GB of places alone.
                u32::try_from(self.places.len() - 1).expect("fewer than 2^32 timers")
            }
        };
        if let Some(deadline) = deadline {
            self.heap.push(Reverse(Entry { deadline, number, index }));
        }
        index
    }

    /// Whether the timer still waits, and if so, whether it wakes that very waker.
    pub(crate) fn waits_with(&self, key: TimerKey, waker: &Waker) -> Option<bool> {
        let place = self.places.get(key.index as usize).filter(|place| place.number == key.number)?;
        match place.action.as_ref()? {
            Action::Wake(old) => Some(old.will_wake(waker)),
            Action::Call(_) => Some(false),
        }
    }

    /// Gives a timer that still waits another action; answers with the one that is not needed.
    pub(crate) fn replace(&mut self, key: TimerKey, action: Action) -> Option<Action> {
        match self.place(key) {
            Some(place) => place.action.replace(action),
            None => Some(action),
        }
    }

    /// Takes a timer out before it fires.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<Action> {
        let place = self.place(key)?;
        let in_heap = place.in_heap;
        let action = place.action.take();
        self.free.push(key.index);
        if in_heap {
            self.stale += 1;
            self.compact();
        }
        action
    }

    /// The earliest deadline of a timer that still waits.
    pub(crate) fn next_deadline(&mut self) -> Option<Instant> {
        while let Some(Reverse(entry)) = self.heap.peek() {
            if is_live(&self.places, entry) {
                return Some(entry.deadline);
            }
            self.heap.pop();
            self.stale -= 1;
        }
        None
    }

    /// Takes the timers that are due at `now` from the heap, in order. Each waits for its `fire`, and may be
    /// cancelled until then.
    pub(crate) fn take_due(&mut self, now: Instant, loop_id: LoopId, due: &mut Vec<TimerKey>) {
        while self.next_deadline().is_some_and(|deadline| deadline <= now) {
            if let Some(Reverse(Entry { number, index, .. })) = self.heap.pop() {
                self.places[index as usize].in_heap = false;
                due.push(TimerKey { loop_id, index, number });
            }
        }
    }

    /// The action of a due timer, unless it was cancelled.
    pub(crate) fn fire(&mut self, key: TimerKey) -> Option<Action> {
        let action = self.place(key)?.action.take();
        self.free.push(key.index);
        action
    }

    /// Empties it for good: gives all actions.
    pub(crate) fn clear(&mut self) -> Vec<Action> {
        self.heap.clear();
        self.free.clear();
        self.stale = 0;
        std::mem::take(&mut self.places).into_iter().filter_map(|place| place.action).collect()
    }

    /// The place of a timer that still waits.
    fn place(&mut self, key: TimerKey) -> Option<&mut TimerSlot> {
        let place = self.places.get_mut(key.index as usize)?;
        (place.number == key.number && place.action.is_some()).then_some(place)
    }

    fn compact(&mut self) {
        if self.heap.len() >= WORTH_COMPACTING && self.stale * 2 > self.heap.len() {
            let places = &self.places;
            self.heap.retain(|Reverse(entry)| is_live(places, entry));
            self.stale = 0;
        }
    }
}

fn is_live(places: &[TimerSlot], entry: &Entry) -> bool {
    let place = &places[entry.index as usize];
    place.number == entry.number && place.action.is_some()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::executor::ids::LoopName;

    fn the_loop() -> LoopId {
        LoopId::new(1, LoopName(1))
    }

    fn add(timers: &mut Timers, deadline: Instant) -> TimerKey {
        let number = timers.next_number();
        let index = timers.insert(Some(deadline), number, Action::Wake(Waker::noop().clone()));
        TimerKey { loop_id: the_loop(), index, number }
    }

    #[test]
    fn cancelled_timers_do_not_pile_up_in_the_heap() {
        let (mut timers, now) = (Timers::new(), Instant::now());
        let kept: Vec<_> = (0..100).map(|i| add(&mut timers, now + Duration::from_secs(i))).collect();
        for _ in 0..100_000 {
            let key = add(&mut timers, now + Duration::from_secs(3600));
            assert!(timers.cancel(key).is_some());
        }
        assert!(timers.heap.len() <= 2 * kept.len() + 1, "{} entries for 100 timers", timers.heap.len());
        assert_eq!(timers.places.len(), 101);
        let mut due = Vec::new();
        timers.take_due(now + Duration::from_secs(200), the_loop(), &mut due);
        assert_eq!(due, kept);
    }

    #[test]
    fn an_old_key_does_not_fit_the_next_timer_in_its_place() {
        let (mut timers, now) = (Timers::new(), Instant::now());
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
        let (mut timers, now) = (Timers::new(), Instant::now());
        let key = add(&mut timers, now);
        let mut due = Vec::new();
        timers.take_due(now, the_loop(), &mut due);
        assert!(timers.cancel(key).is_some());
        assert!(timers.fire(key).is_none());
        assert_eq!((timers.stale, timers.heap.len(), timers.free.len()), (0, 0, 1));
    }
}
