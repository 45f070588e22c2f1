//! A hierarchical timer wheel: six levels of 64 slots, in ticks of a millisecond. The timers of a
//! slot are a list in one slab.

use std::task::Waker;

const LEVELS: usize = 6;
const SLOTS: usize = 64;
const NONE: u32 = u32::MAX;

pub struct Wheel {
    nodes: Vec<Node>,
    free: u32,
    heads: [[u32; SLOTS]; LEVELS],
    /// A bit for each slot that has timers.
    occupied: [u64; LEVELS],
    /// The present tick.
    now: u64,
}

struct Node {
    previous: u32,
    next: u32,
    at: u64,
    slot: u16,
    waker: Option<Waker>,
}

impl Wheel {
    pub fn new() -> Self {
        Wheel { nodes: Vec::new(), free: NONE, heads: [[NONE; SLOTS]; LEVELS], occupied: [0; LEVELS], now: 0 }
    }

    pub fn now(&self) -> u64 {
        self.now
    }

    pub fn insert(&mut self, at: u64, waker: Waker) -> u32 {
        let at = at.max(self.now + 1);
        let node = Node { previous: NONE, next: NONE, at, slot: 0, waker: Some(waker) };
        let key = self.free;
        let key = if key == NONE {
            self.nodes.push(node);
            self.nodes.len() as u32 - 1
        } else {
            self.free = self.node(key).next;
            *self.node(key) = node;
            key
        };
        self.link(key);
        key
    }

    pub fn cancel(&mut self, key: u32) {
        self.unlink(key);
        self.release(key);
    }

    /// The earliest tick at which there is work.
    pub fn next_tick(&self) -> Option<u64> {
        let level = self.occupied.iter().position(|&occupied| occupied != 0)?;
        let shift = 6 * level;
        let current = (self.now >> shift) % SLOTS as u64;
        let distance = self.occupied[level].rotate_right(current as u32).trailing_zeros();
        let tick = ((self.now >> shift) + u64::from(distance)) << shift;
        Some(tick.max(self.now))
    }

    /// Wakes all whose tick is not after `to`. Returns their number.
    pub fn advance(&mut self, to: u64) -> usize {
        let mut fired = 0;
        while let Some(tick) = self.next_tick().filter(|&tick| tick <= to) {
            self.now = tick;
            for level in (0..LEVELS).rev() {
                if level == 0 || tick % (1 << (6 * level)) == 0 {
                    fired += self.empty_slot(level);
                }
            }
        }
        self.now = self.now.max(to);
        fired
    }

    /// Wakes the timers of the present slot of a level that are due, and moves the others down.
    fn empty_slot(&mut self, level: usize) -> usize {
        let slot = (self.now >> (6 * level)) as usize % SLOTS;
        let mut key = std::mem::replace(&mut self.heads[level][slot], NONE);
        self.occupied[level] &= !(1 << slot);
        let mut fired = 0;
        while key != NONE {
            let next = self.node(key).next;
            if self.node(key).at <= self.now {
                let waker = self.node(key).waker.take();
                self.release(key);
                waker.into_iter().for_each(Waker::wake);
                fired += 1;
            } else {
                self.link(key);
            }
            key = next;
        }
        fired
    }

    fn node(&mut self, key: u32) -> &mut Node {
        &mut self.nodes[key as usize]
    }

    fn link(&mut self, key: u32) {
        let at = self.node(key).at;
        let differing = (at ^ self.now) | 1;
        let level = (differing.ilog2() as usize / 6).min(LEVELS - 1);
        let slot = (at >> (6 * level)) as usize % SLOTS;
        let head = std::mem::replace(&mut self.heads[level][slot], key);
        let node = self.node(key);
        node.previous = NONE;
        node.next = head;
        node.slot = (level * SLOTS + slot) as u16;
        if head != NONE {
            self.node(head).previous = key;
        }
        self.occupied[level] |= 1 << slot;
    }

    fn unlink(&mut self, key: u32) {
        let Node { previous, next, slot, .. } = *self.node(key);
        let (level, slot) = (slot as usize / SLOTS, slot as usize % SLOTS);
        if next != NONE {
            self.node(next).previous = previous;
        }
        if previous != NONE {
            self.node(previous).next = next;
            return;
        }
        self.heads[level][slot] = next;
        if next == NONE {
            self.occupied[level] &= !(1 << slot);
        }
    }

    fn release(&mut self, key: u32) {
        let free = std::mem::replace(&mut self.free, key);
        let node = self.node(key);
        node.waker = None;
        node.next = free;
    }
}
