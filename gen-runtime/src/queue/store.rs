//! The three orders in which items leave a queue.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

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

/// The smallest item first, and of equal ones the oldest.
#[derive(Debug)]
pub struct SmallestFirst<T>(BinaryHeap<Ranked<T>>);

impl<T: Ord> Default for SmallestFirst<T> {
    fn default() -> Self {
        SmallestFirst(BinaryHeap::new())
    }
}

impl<T: Ord> Store for SmallestFirst<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn push(&mut self, entry: Entry<T>) {
        self.0.push(Ranked(entry));
    }

    fn pop(&mut self) -> Option<Entry<T>> {
        let Ranked(next) = self.0.pop()?;
        if self.0.is_empty() && self.0.capacity() > KEPT {
            self.0 = BinaryHeap::new();
        }
        Some(next)
    }

    fn put_back(&mut self, entry: Entry<T>) {
        self.push(entry);
    }
}

/// The greatest one is the next one.
#[derive(Debug)]
struct Ranked<T>(Entry<T>);

impl<T: Ord> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (Ranked(this), Ranked(other)) = (self, other);
        other.item.cmp(&this.item).then(other.number.cmp(&this.number))
    }
}

impl<T: Ord> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Ord> Eq for Ranked<T> {}
