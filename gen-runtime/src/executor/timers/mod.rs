//! The timers of a host: exact order by (deadline, creation), and an insert and a cancel that cost
//! the same for a hundred timers and for a million.
//!
//! Most timers never fire: they belong to a timeout whose child ends first. So an insert and a
//! cancel are a few writes, and allocate nothing unless the table of timers has to grow.
//!
//! # How it works
//!
//! Each file imports only from files that are further down in this table.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`Timers`]: the timers by key, and this turn's list |
//! | `wheel.rs` | [`Wheel`](wheel::Wheel): the timers by deadline |
//! | `slab.rs` | [`Slab`](slab::Slab): the table of timers, and the lists through it |
//! | `free.rs` | [`FreeNodes`](free::FreeNodes): the free places in that table |
//! | `ticks.rs` | [`Ticks`](ticks::Ticks): points in time as whole nanoseconds |
//! | `model.rs` | a test: random programs against a tree |
//!
//! | a timer is in | entered by | left by |
//! |---|---|---|
//! | this turn's list | `insert_in_turn` | `end_turn`, for the wheel; `cancel` |
//! | the wheel | `insert` with a deadline, `end_turn` | `take_due`; `cancel` |
//! | no list | `insert` without a deadline; `take_due` | `fire`, if it was due; `cancel` |
//!
//! A timer's number is its creation order and its identity. No other timer of the loop has the same
//! number, and no other loop has the same id. So the key of a timer that has fired or was cancelled
//! fits no later timer, however often its place in the table is used again.
//!
//! A timer without a deadline never fires, and can be cancelled like any other.
//!
//! # This turn's list
//!
//! To read a clock takes longer than to insert a timer. So a timeout that begins in a turn is put
//! into a list, with its duration and without a deadline. At the end of the turn the clock is read
//! once, and each timeout that is still in the list gets its deadline: the end of the turn plus its
//! duration. So it is never early, and late by the rest of the turn at most. A timeout whose child
//! has ended in the same turn has used neither clock nor wheel.
//!
//! Nothing in here runs code of a user, not even a drop: actions that are taken out go to the
//! caller.

mod free;
#[cfg(test)]
mod model;
mod slab;
mod ticks;
mod wheel;

use std::task::Waker;
use std::time::{Duration, Instant};

use self::slab::{List, Place, Slab};
use self::ticks::{Tick, Ticks};
use self::wheel::Wheel;
use super::ids::{LoopId, TimerKey};
use super::runnable::QueuedCallback;

/// The action of a timer of a loop, when it fires.
pub(crate) enum Action {
    Wake(Waker),
    Call(QueuedCallback),
}

/// `A` is the action of a timer, when it fires.
pub(crate) struct Timers<A> {
    slab: Slab<A>,
    wheel: Wheel,
    /// The timers that were made in this turn and have no deadline yet. `None` between turns.
    turn: Option<List>,
    ticks: Ticks,
    next_number: u64,
    /// The deadlines, numbers and places of the timers that are due. They are sorted here, beside
    /// each other, and the memory is used again.
    taken: Vec<(Tick, u64, u32)>,
}

impl<A> Timers<A> {
    /// A list of due timers keeps memory for so many: more are rarely due at once again.
    pub(crate) const KEPT: usize = 1024;

    /// `now` is the time of the clock that the deadlines belong to.
    pub(crate) fn new(now: Instant) -> Self {
        let ticks = Ticks::since(now);
        let (slab, wheel) = (Slab::new(), Wheel::new(ticks.of(now)));
        Timers { slab, wheel, turn: None, ticks, next_number: 0, taken: Vec::new() }
    }

    pub(crate) fn next_number(&mut self) -> u64 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    /// Adds a timer, which never fires if it has no deadline. Returns its index in the table.
    pub(crate) fn insert(&mut self, deadline: Option<Instant>, number: u64, action: A) -> u32 {
        let Some(deadline) = deadline else { return self.slab.insert(0, number, action) };
        let index = self.slab.insert(self.ticks.of(deadline), number, action);
        self.wheel.insert(&mut self.slab, index);
        index
    }

    /// Returns the action of a timer that still waits.
    pub(crate) fn action(&self, key: TimerKey) -> Option<&A> {
        self.slab.get(key.index, key.number)?.action.as_ref()
    }

    /// Returns the deadline of a timer that waits for one.
    #[cold]
    pub(crate) fn deadline(&self, key: TimerKey) -> Option<Instant> {
        let node = self.slab.get(key.index, key.number)?;
        match self.slab.place(key.index) {
            Place::Overdue | Place::Slot { .. } => self.ticks.instant(node.at),
            Place::Apart | Place::InTurn => None,
        }
    }

    /// Gives another action to a timer that still waits. Returns the action that is not needed.
    pub(crate) fn replace(&mut self, key: TimerKey, action: A) -> Option<A> {
        match self.slab.get_mut(key.index, key.number) {
            Some(node) => node.action.replace(action),
            None => Some(action),
        }
    }

    /// Removes a timer before it fires.
    #[inline]
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<A> {
        self.slab.get(key.index, key.number)?;
        match self.slab.place(key.index) {
            Place::InTurn => self.turn.as_mut()?.remove(&mut self.slab, key.index),
            Place::Overdue | Place::Slot { .. } => self.wheel.remove(&mut self.slab, key.index),
            Place::Apart => {}
        }
        self.slab.remove(key.index)
    }

    /// Whether a timer has a deadline.
    pub(crate) fn have_deadline(&self) -> bool {
        !self.wheel.is_empty()
    }

    /// The earliest deadline.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.ticks.instant(self.wheel.next_deadline(&self.slab)?)
    }

    /// The earliest deadline of the timers for whose action `is` holds. It looks at all timers.
    #[cold]
    pub(crate) fn first_deadline(&self, is: impl Fn(&A) -> bool) -> Option<Instant> {
        self.ticks.instant(self.slab.first_deadline(is)?)
    }

    /// A time that is not after the earliest deadline, and the number of a timer that it is for,
    /// found without a search.
    ///
    /// It is the earliest deadline itself, if that is near or if it is alone in its list. Otherwise
    /// a host that wakes up then has to take what is due and to ask again, at most five times for a
    /// deadline that is hours away.
    pub(crate) fn next_look(&self) -> Option<(Instant, u64)> {
        let (at, index) = self.wheel.next_look(&self.slab)?;
        Some((self.ticks.instant(at)?, self.slab.node(index).number))
    }

    /// Takes the timers that are due at `now`, in order. Each waits for its `fire`, and may be
    /// cancelled until then.
    pub(crate) fn take_due(&mut self, now: Instant, loop_id: LoopId, due: &mut Vec<TimerKey>) {
        let taken = &mut self.taken;
        self.wheel.advance(&mut self.slab, self.ticks.of(now), |at, number, index| {
            taken.push((at, number, index));
        });
        if taken.is_empty() {
            return;
        }
        taken.sort_unstable();
        let keys = taken.drain(..).map(|(_, number, index)| TimerKey { loop_id, index, number });
        due.extend(keys);
        taken.shrink_to(Self::KEPT);
    }

    /// Takes the action of a due timer that was not cancelled.
    pub(crate) fn fire(&mut self, key: TimerKey) -> Option<A> {
        self.slab.get(key.index, key.number)?;
        self.slab.remove(key.index)
    }

    /// Removes all timers for good.
    pub(crate) fn clear(&mut self) -> Vec<A> {
        self.wheel.clear();
        self.turn = None;
        self.slab.clear()
    }
}

/// This turn's list.
impl<A> Timers<A> {
    pub(crate) fn begin_turn(&mut self) {
        self.turn.get_or_insert(List::EMPTY);
    }

    /// Adds a timer that fires `after` the end of this turn. Gives the action back if no turn runs,
    /// or if the time is so long that its end may be too late for an `Instant`.
    pub(crate) fn insert_in_turn(&mut self, after: Duration, number: u64, action: A) -> Result<u32, A> {
        let (Some(turn), Ok(after)) = (&mut self.turn, u64::try_from(after.as_nanos())) else {
            return Err(action);
        };
        let index = self.slab.insert(Tick::from(after), number, action);
        turn.push(&mut self.slab, index, Place::InTurn);
        Ok(index)
    }

    /// Whether the end of the turn needs the time.
    pub(crate) fn have_new(&self) -> bool {
        self.turn.is_some_and(|turn| !turn.is_empty())
    }

    /// Ends the turn. Each timer in its list gets its deadline.
    pub(crate) fn end_turn(&mut self, now: Option<Instant>) {
        let (Some(mut turn), Some(now)) = (self.turn.take(), now) else { return };
        let now = self.ticks.of(now);
        while let Some(index) = turn.pop(&mut self.slab) {
            self.slab.node_mut(index).at += now;
            self.wheel.insert(&mut self.slab, index);
        }
    }
}
