//! [`Slab`]: the table of timers, and the lists through it.
//!
//! A node is a timer, or free. A node that is in a [`List`] is linked to its neighbours by their
//! indices, so it can be removed from the middle. The links are in a table of their own: a removal
//! writes to those of two neighbours, and a table of twelve bytes a node stays in the caches of the
//! processor when one of whole nodes does not.
//!
//! The free nodes are bits in blocks of 64, see `free.rs`.
//!
//! The tables grow when no node is free. They are cut off behind the last timer when as many timers
//! have come and gone as there are nodes, and most of the nodes were free all the time. So a burst
//! that comes again and again finds its memory, and one that does not gives it back.

use super::free::FreeNodes;
use super::ticks::Tick;

/// The index that is no index.
const NONE: u32 = u32::MAX;

/// The number of no timer, which a free node has.
const NO_TIMER: u64 = 0;

/// A table of this many nodes is never cut off.
const SMALL: usize = 64;

pub(super) struct Node<A> {
    /// The deadline; in this turn's list, the duration.
    pub(super) at: Tick,
    /// The number of the timer that has the node, or [`NO_TIMER`].
    pub(super) number: u64,
    pub(super) action: Option<A>,
}

/// The list that a node is in, and its neighbours there.
#[derive(Clone, Copy)]
struct Links {
    place: Place,
    previous: u32,
    next: u32,
}

/// The list that a node is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In no list: it has no deadline, or it is due, or it is free.
    Apart,
    InTurn,
    Overdue,
    Slot {
        level: u8,
        slot: u8,
    },
}

pub(super) struct Slab<A> {
    nodes: Vec<Node<A>>,
    links: Vec<Links>,
    free: FreeNodes,
    /// The number of nodes that are not free.
    used: usize,
    /// The number of nodes that became free since the length of the tables was examined.
    freed: usize,
    /// The largest number of used nodes since then.
    most_used: usize,
}

impl<A> Slab<A> {
    pub(super) fn new() -> Self {
        let (nodes, links, free) = (Vec::new(), Vec::new(), FreeNodes::new());
        Slab { nodes, links, free, used: 0, freed: 0, most_used: 0 }
    }

    /// Adds a timer that is in no list.
    #[inline]
    pub(super) fn insert(&mut self, at: Tick, number: u64, action: A) -> u32 {
        let node = Node { at, number, action: Some(action) };
        self.used += 1;
        self.most_used = self.most_used.max(self.used);
        match self.free.take() {
            Some(index) => {
                *self.node_mut(index) = node;
                index
            }
            None => self.grow(node),
        }
    }

    #[cold]
    fn grow(&mut self, node: Node<A>) -> u32 {
        // The tables of 2^32 timers would take 258 GB.
        let index = u32::try_from(self.nodes.len()).expect("fewer than 2^32 timers");
        self.nodes.push(node);
        self.links.push(Links { place: Place::Apart, previous: NONE, next: NONE });
        self.free.grow(self.nodes.len());
        index
    }

    /// The node of the timer with that number, if it has not ended.
    #[inline]
    pub(super) fn get(&self, index: u32, number: u64) -> Option<&Node<A>> {
        self.nodes.get(index as usize).filter(|node| node.number == number)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: u32, number: u64) -> Option<&mut Node<A>> {
        self.nodes.get_mut(index as usize).filter(|node| node.number == number)
    }

    /// The earliest deadline of the timers in the wheel for whose action `is` holds.
    pub(super) fn first_deadline(&self, is: impl Fn(&A) -> bool) -> Option<Tick> {
        let timers = self.nodes.iter().zip(&self.links);
        let waiting = timers.filter(|(_, links)| matches!(links.place, Place::Overdue | Place::Slot { .. }));
        let found = waiting.filter(|(node, _)| node.action.as_ref().is_some_and(&is));
        found.map(|(node, _)| node.at).min()
    }

    #[inline]
    pub(super) fn node(&self, index: u32) -> &Node<A> {
        &self.nodes[index as usize]
    }

    #[inline]
    pub(super) fn node_mut(&mut self, index: u32) -> &mut Node<A> {
        &mut self.nodes[index as usize]
    }

    /// The list that a node is in.
    #[inline]
    pub(super) fn place(&self, index: u32) -> Place {
        self.links[index as usize].place
    }

    fn next(&self, index: u32) -> u32 {
        self.links[index as usize].next
    }

    /// Frees the node of a timer that is in no list any more.
    #[inline]
    pub(super) fn remove(&mut self, index: u32) -> Option<A> {
        let node = self.node_mut(index);
        node.number = NO_TIMER;
        let action = node.action.take();
        self.free.add(index);
        self.used -= 1;
        self.freed += 1;
        if self.freed > self.nodes.len() {
            self.examine_length();
        }
        action
    }

    fn examine_length(&mut self) {
        if self.nodes.len() > SMALL && self.most_used < self.nodes.len() / 4 {
            self.cut_off();
        }
        (self.freed, self.most_used) = (0, self.used);
    }

    /// Cuts the table off behind the last timer, if that halves it.
    #[cold]
    fn cut_off(&mut self) {
        let last = self.nodes.iter().rposition(|node| node.number != NO_TIMER);
        let length = last.map_or(0, |last| last + 1).max(SMALL);
        if length > self.nodes.len() / 2 {
            return;
        }
        self.nodes.truncate(length);
        self.nodes.shrink_to_fit();
        self.links.truncate(length);
        self.links.shrink_to_fit();
        self.free = FreeNodes::new();
        self.free.grow(length);
        for (index, node) in self.nodes.iter().enumerate().rev() {
            if node.number == NO_TIMER {
                self.free.add(index as u32);
            }
        }
    }

    /// Removes all timers for good.
    pub(super) fn clear(&mut self) -> Vec<A> {
        let nodes = std::mem::take(self).nodes;
        nodes.into_iter().filter_map(|node| node.action).collect()
    }

    #[cfg(test)]
    pub(super) fn used(&self) -> usize {
        self.used
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }
}

impl<A> Default for Slab<A> {
    fn default() -> Self {
        Slab::new()
    }
}

/// A list of nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    first: u32,
}

impl List {
    pub(super) const EMPTY: Self = List { first: NONE };

    pub(super) fn is_empty(self) -> bool {
        self.first == NONE
    }

    pub(super) fn first(self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    /// Whether it has one node and no more.
    pub(super) fn is_single<A>(self, slab: &Slab<A>) -> bool {
        self.first().is_some_and(|first| slab.next(first) == NONE)
    }

    #[inline]
    pub(super) fn push<A>(&mut self, slab: &mut Slab<A>, index: u32, place: Place) {
        let next = self.first;
        self.first = index;
        slab.links[index as usize] = Links { place, previous: NONE, next };
        if next != NONE {
            slab.links[next as usize].previous = index;
        }
    }

    /// Takes a node out, wherever in the list it is. It is in no list afterwards.
    #[inline]
    pub(super) fn remove<A>(&mut self, slab: &mut Slab<A>, index: u32) {
        let links = &mut slab.links[index as usize];
        links.place = Place::Apart;
        let Links { previous, next, .. } = *links;
        if next != NONE {
            slab.links[next as usize].previous = previous;
        }
        if previous != NONE {
            slab.links[previous as usize].next = next;
        } else {
            self.first = next;
        }
    }

    /// Takes the first node out.
    #[inline]
    pub(super) fn pop<A>(&mut self, slab: &mut Slab<A>) -> Option<u32> {
        let first = self.first()?;
        self.remove(slab, first);
        Some(first)
    }

    /// The earliest tick of its nodes, and the first node that has it.
    pub(super) fn earliest<A>(self, slab: &Slab<A>) -> Option<(Tick, u32)> {
        let mut index = self.first()?;
        let mut earliest = (slab.node(index).at, index);
        loop {
            index = slab.next(index);
            if index == NONE {
                return Some(earliest);
            }
            let at = slab.node(index).at;
            if at < earliest.0 {
                earliest = (at, index);
            }
        }
    }
}
