//! The three orders in which items leave a queue.

use std::collections::VecDeque;

/// An item with its number, which is higher than those of all items before it. By the number an
/// item that comes back finds its place.
#[derive(Debug)]
pub struct Entry<T> {
    pub(super) number: u64,
    pub(super) item: T,
}

/// The items that are in a queue. A store that is empty gives a large memory back.
pub trait Store: Default {
    /// The type of the items.
    type Item;

    /// The number of items.
    fn len(&self) -> usize;

    /// Adds an entry, whose number is the highest so far.
    fn push(&mut self, entry: Entry<Self::Item>);

    /// Takes the next entry out.
    fn pop(&mut self) -> Option<Entry<Self::Item>>;

    /// Adds an entry that was taken out before.
    fn put_back(&mut self, entry: Entry<Self::Item>);
}

/// A store that is empty keeps the memory of so many items.
const KEPT: usize = 1024;

/// The oldest item first.
#[derive(Debug)]
pub struct Fifo<T>(VecDeque<Entry<T>>);

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Fifo(VecDeque::new())
    }
}

impl<T> Store for Fifo<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn push(&mut self, entry: Entry<T>) {
        self.0.push_back(entry);
    }

    fn pop(&mut self) -> Option<Entry<T>> {
        let next = self.0.pop_front();
        if self.0.is_empty() && self.0.capacity() > KEPT {
            self.0 = VecDeque::new();
        }
        next
    }

    fn put_back(&mut self, entry: Entry<T>) {
        let place = self.0.partition_point(|other| other.number < entry.number);
        self.0.insert(place, entry);
    }
}

/// The newest item first.
#[derive(Debug)]
pub struct Lifo<T>(Vec<Entry<T>>);

impl<T> Default for Lifo<T> {
    fn default() -> Self {
        Lifo(Vec::new())
    }
}

impl<T> Store for Lifo<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn push(&mut self, entry: Entry<T>) {
        self.0.push(entry);
    }

    fn pop(&mut self) -> Option<Entry<T>> {
        let next = self.0.pop();
        if self.0.is_empty() && self.0.capacity() > KEPT {
            self.0 = Vec::new();
        }
        next
    }

    fn put_back(&mut self, entry: Entry<T>) {
        let place = self.0.partition_point(|other| other.number < entry.number);
        self.0.insert(place, entry);
    }
}

/// The smallest item first, and of equal ones the oldest: a binary heap.
///
/// The heap of the standard library would drop the item that it takes out if a comparison panics.
/// This one keeps each item until the comparisons are done, so none is lost, and none is dropped
/// under the lock of the queue.
#[derive(Debug)]
pub struct SmallestFirst<T>(Vec<Entry<T>>);

impl<T> Default for SmallestFirst<T> {
    fn default() -> Self {
        SmallestFirst(Vec::new())
    }
}

impl<T: Ord> SmallestFirst<T> {
    fn is_before(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.0[one], &self.0[other]);
        one.item.cmp(&other.item).then(one.number.cmp(&other.number)).is_lt()
    }

    /// The entry at that place rises until its parent is before it.
    fn rise(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.is_before(at, parent) {
                return;
            }
            self.0.swap(at, parent);
            at = parent;
        }
    }

    /// The first entry sinks among the first `len` ones, until it is before its children.
    fn sink(&mut self, len: usize) {
        let mut at = 0;
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            if left >= len {
                return;
            }
            let child = if right < len && self.is_before(right, left) { right } else { left };
            if !self.is_before(child, at) {
                return;
            }
            self.0.swap(at, child);
            at = child;
        }
    }
}

impl<T: Ord> Store for SmallestFirst<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn push(&mut self, entry: Entry<T>) {
        self.0.push(entry);
        self.rise(self.0.len() - 1);
    }

    fn pop(&mut self) -> Option<Entry<T>> {
        let last = self.0.len().checked_sub(1)?;
        self.0.swap(0, last);
        self.sink(last);
        let next = self.0.pop();
        if self.0.is_empty() && self.0.capacity() > KEPT {
            self.0 = Vec::new();
        }
        next
    }

    fn put_back(&mut self, entry: Entry<T>) {
        self.push(entry);
    }
}
