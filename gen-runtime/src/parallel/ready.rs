//! The queue of the woken children: many threads push, and the poll of the group takes all at once.
//!
//! It is a list that is linked through the entries of the children, so a push does not allocate,
//! and a child is in it at most once.
//!
//! | `queued` of a link | the only accessor of `next` |
//! |---|---|
//! | `false` | none |
//! | `true`: set by a `push` that found it `false` | this `push`, until the link is reachable from `head` |
//! | `true`, and taken from `head` by [`take`](Queue::take) | the group, until [`next`](Taken::next) clears `queued` |
//!
//! Setting and clearing `queued` are both read-modify-writes, so that what a waking thread wrote
//! before it found the child queued already is seen by the poll that clears the flag: no wake is
//! lost.

use crate::sync::{AtomicBool, AtomicU32, Ordering};

/// The end of the list.
const END: u32 = u32::MAX;

/// The link of a child in the queue.
#[derive(Debug)]
pub(super) struct ReadyLink {
    next: AtomicU32,
    queued: AtomicBool,
}

impl ReadyLink {
    pub(super) fn new() -> Self {
        ReadyLink { next: AtomicU32::new(END), queued: AtomicBool::new(false) }
    }
}

/// The children that were woken since the group last took them.
#[derive(Debug)]
pub(super) struct Queue {
    head: AtomicU32,
}

impl Queue {
    pub(super) fn new() -> Self {
        Queue { head: AtomicU32::new(END) }
    }

    /// Queues a child by its own link. Returns whether the queue was empty: then the caller must
    /// wake the group.
    pub(super) fn push(&self, child: u32, own: &ReadyLink) -> bool {
        if own.queued.swap(true, Ordering::AcqRel) {
            return false;
        }
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            own.next.store(head, Ordering::Relaxed);
            match self.head.compare_exchange_weak(head, child, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return head == END,
                Err(current) => head = current,
            }
        }
    }

    /// Whether no child is queued. A concurrent push may be missed.
    pub(super) fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed) == END
    }

    /// Takes all queued children, in the order of their pushes.
    pub(super) fn take<'a>(&self, link: impl Fn(u32) -> &'a ReadyLink) -> Taken {
        // The list begins with the last push: reverse it.
        let mut last = self.head.swap(END, Ordering::AcqRel);
        let mut first = END;
        while last != END {
            let next = link(last).next.load(Ordering::Relaxed);
            link(last).next.store(first, Ordering::Relaxed);
            first = last;
            last = next;
        }
        Taken { first }
    }
}

/// Children that were taken from the queue and not yet polled.
#[derive(Debug)]
pub(super) struct Taken {
    first: u32,
}

impl Taken {
    pub(super) const NONE: Taken = Taken { first: END };

    /// Whether all of them were polled.
    pub(super) fn is_empty(&self) -> bool {
        self.first == END
    }

    /// Removes and returns the next child. From here on it can be queued again.
    pub(super) fn next<'a>(&mut self, link: impl Fn(u32) -> &'a ReadyLink) -> Option<u32> {
        let child = self.first;
        if child == END {
            return None;
        }
        let link = link(child);
        self.first = link.next.load(Ordering::Relaxed);
        link.queued.swap(false, Ordering::AcqRel);
        Some(child)
    }
}
