//! [`Wheel`]: the timers by deadline.
//!
//! A tick is written in digits of six bits. A level of the wheel is a digit, and has a list for
//! each of its 64 values.
//!
//! # Invariants
//!
//! 1. `now` only grows. A timer whose tick is not after `now` is in the list `overdue`. Any other
//!    is in the level of the highest digit in which its tick differs from `now`, in the list of
//!    that digit.
//! 2. So all timers of a level are earlier than those of the next level, and those of a list are
//!    earlier than those of the next list. The first list that is not empty has the earliest timer.
//! 3. A timer is due when its tick is not after the time: never early, and to the nanosecond.
//!
//! When the time comes to a list, the timers that are due are taken out of it. The others go to the
//! lists of lower levels in which they belong from then on. So a timer is moved at most once in
//! each level, and not at all if it is due then, or was cancelled before.

use super::slab::{List, Place, Slab};
use super::ticks::Tick;

const DIGIT: u32 = 6;
const SLOTS: usize = 1 << DIGIT;

/// In the lists of the levels below this one, the earliest deadline is looked for. Each of these
/// lists has the timers of a quarter of a millisecond at most.
const FAR: usize = 4;

pub(super) struct Wheel {
    now: Tick,
    overdue: List,
    /// As many levels as were needed so far.
    levels: Vec<Level>,
}

struct Level {
    /// A bit for each list that is not empty.
    occupied: u64,
    lists: [List; SLOTS],
}

impl Wheel {
    pub(super) fn new(now: Tick) -> Self {
        Wheel { now, overdue: List::EMPTY, levels: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.overdue.is_empty() && self.first_slot().is_none()
    }

    /// Adds a timer that is in no list.
    #[inline]
    pub(super) fn insert<A>(&mut self, slab: &mut Slab<A>, index: u32) {
        let at = slab.node(index).at;
        if at <= self.now {
            return self.overdue.push(slab, index, Place::Overdue);
        }
        let level = ((at ^ self.now).ilog2() / DIGIT) as usize;
        let slot = (at >> (DIGIT * level as u32)) as usize % SLOTS;
        if level >= self.levels.len() {
            self.grow(level);
        }
        let place = Place::Slot { level: level as u8, slot: slot as u8 };
        let level = &mut self.levels[level];
        level.occupied |= 1 << slot;
        level.lists[slot].push(slab, index, place);
    }

    #[cold]
    fn grow(&mut self, level: usize) {
        self.levels.resize_with(level + 1, || Level { occupied: 0, lists: [List::EMPTY; SLOTS] });
    }

    /// Takes a timer out.
    #[inline]
    pub(super) fn remove<A>(&mut self, slab: &mut Slab<A>, index: u32) {
        match slab.place(index) {
            Place::Overdue => self.overdue.remove(slab, index),
            Place::Slot { level, slot } => {
                let level = &mut self.levels[level as usize];
                let list = &mut level.lists[slot as usize];
                list.remove(slab, index);
                if list.is_empty() {
                    level.occupied &= !(1 << slot);
                }
            }
            Place::Apart | Place::InTurn => {}
        }
    }

    /// The earliest timer if it is near, or alone in its list; else any of its list, with the first
    /// tick of that list.
    pub(super) fn next_look<A>(&self, slab: &Slab<A>) -> Option<(Tick, u32)> {
        if let Some(overdue) = self.overdue.earliest(slab) {
            return Some(overdue);
        }
        let (level, slot) = self.first_slot()?;
        let list = self.levels[level].lists[slot];
        match list.first() {
            Some(first) if level >= FAR && !list.is_single(slab) => {
                Some((self.first_tick(level, slot), first))
            }
            _ => list.earliest(slab),
        }
    }

    /// The earliest deadline.
    pub(super) fn next_deadline<A>(&self, slab: &Slab<A>) -> Option<Tick> {
        let first = self.overdue.earliest(slab).or_else(|| {
            let (level, slot) = self.first_slot()?;
            self.levels[level].lists[slot].earliest(slab)
        });
        first.map(|(at, _)| at)
    }

    /// The level and the number of the first list that is not empty.
    fn first_slot(&self) -> Option<(usize, usize)> {
        let level = self.levels.iter().position(|level| level.occupied != 0)?;
        Some((level, self.levels[level].occupied.trailing_zeros() as usize))
    }

    /// The first tick of a list: the digits of `now` above its level, and its own digit.
    fn first_tick(&self, level: usize, slot: usize) -> Tick {
        let shift = DIGIT * level as u32;
        let above = self.now >> shift >> DIGIT;
        (above << DIGIT | slot as Tick) << shift
    }

    /// Moves the time to `now`, and takes out the timers that are due then, in any order.
    pub(super) fn advance<A>(&mut self, slab: &mut Slab<A>, now: Tick, mut take: impl FnMut(Tick, u64, u32)) {
        while let Some((level, slot)) = self.first_slot() {
            let first = self.first_tick(level, slot);
            if first > now {
                break;
            }
            let last = first + ((1 << (DIGIT * level as u32)) - 1);
            let mut list = self.take_list(level, slot);
            // It may grow so far at once: a timer in any other list is after `last`, and the
            // highest digit in which it differs stays the same.
            self.now = last.min(now);
            while let Some(index) = list.pop(slab) {
                let node = slab.node(index);
                if node.at <= now {
                    take(node.at, node.number, index);
                } else {
                    self.insert(slab, index);
                }
            }
        }
        self.now = self.now.max(now);
        self.take_overdue(slab, now, take);
    }

    /// Takes out the overdue timers. If the clock has gone backwards, some are not due.
    fn take_overdue<A>(&mut self, slab: &mut Slab<A>, now: Tick, mut take: impl FnMut(Tick, u64, u32)) {
        let mut overdue = std::mem::replace(&mut self.overdue, List::EMPTY);
        while let Some(index) = overdue.pop(slab) {
            let node = slab.node(index);
            if node.at <= now {
                take(node.at, node.number, index);
            } else {
                self.overdue.push(slab, index, Place::Overdue);
            }
        }
    }

    fn take_list(&mut self, level: usize, slot: usize) -> List {
        let level = &mut self.levels[level];
        level.occupied &= !(1 << slot);
        std::mem::replace(&mut level.lists[slot], List::EMPTY)
    }

    pub(super) fn clear(&mut self) {
        self.overdue = List::EMPTY;
        self.levels = Vec::new();
    }
}
