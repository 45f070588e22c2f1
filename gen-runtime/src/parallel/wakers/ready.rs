//! The woken children of a group: a list that only the owner uses, and an inbox for other threads.
//! Both are linked through the entries of the children, so a wake does not allocate, and a child is
//! in each of them at most once.
//!
//! # The inbox
//!
//! | `is_sent` of a link | the only accessor of `behind` |
//! |---|---|
//! | `false` | none |
//! | `true`: set by a [`send`](ReadyQueue::send) that found it `false` | this `send`, until the link is reachable from `inbox` |
//! | `true`, and taken from `inbox` by the group | the group, until [`next`](Taken::next) clears `is_sent` |
//!
//! Setting and clearing `is_sent` are both read-modify-writes, so that what a waking thread wrote
//! before it found the child sent already is seen by the poll that clears the flag: no wake is
//! lost.
//!
//! # The list
//!
//! One thread writes it, with plain stores: the owner's, or, in a block that no thread owns, that
//! of the poll of the group. The fields are atomics because a group that comes to another thread
//! [reads](ReadyQueue::hand_over) the list of its old block, where the owner may still wake
//! children. That is possible because the owner does not change the `next` of a link in the list,
//! and stores `head` after it, with release.
//!
//! # The order
//!
//! While something is in the inbox, the owner sends its own wakes there, too. So of two wakes on
//! any threads, the one that happened before the other comes first.

use std::iter;

use crate::shims::{AtomicBool, AtomicU32, Cell, Ordering};

/// The end of a list.
const END: u32 = u32::MAX;

/// The state of a child in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    No,
    Yes,
    /// It came through the inbox, so `is_sent` is still set.
    FromInbox,
}

/// The links of a child.
pub(in crate::parallel) struct ReadyLink {
    next: AtomicU32,
    behind: AtomicU32,
    is_sent: AtomicBool,
    listed: Cell<Listed>,
}

impl ReadyLink {
    pub(super) fn new() -> Self {
        ReadyLink {
            next: AtomicU32::new(END),
            behind: AtomicU32::new(END),
            is_sent: AtomicBool::new(false),
            listed: Cell::new(Listed::No),
        }
    }

    /// By the poll of the group: whether the child is queued, or [taken](Taken) and not yet polled.
    /// A concurrent [`send`](ReadyQueue::send) may be missed.
    #[inline]
    pub(in crate::parallel) fn is_queued(&self) -> bool {
        self.listed.get() != Listed::No || self.is_sent.load(Ordering::Relaxed)
    }
}

/// The children that were woken since the group last took them.
pub(in crate::parallel) struct ReadyQueue {
    head: AtomicU32,
    inbox: AtomicU32,
}

impl ReadyQueue {
    pub(super) fn new() -> Self {
        ReadyQueue { head: AtomicU32::new(END), inbox: AtomicU32::new(END) }
    }

    /// On a thread that is not the owner's: puts a child into the inbox. Returns whether the inbox
    /// was empty: then the caller must wake the group.
    pub(super) fn send(&self, child: u32, own: &ReadyLink) -> bool {
        if own.is_sent.swap(true, Ordering::AcqRel) {
            return false;
        }
        let mut last = self.inbox.load(Ordering::Relaxed);
        loop {
            own.behind.store(last, Ordering::Relaxed);
            match self.inbox.compare_exchange_weak(last, child, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return last == END,
                Err(current) => last = current,
            }
        }
    }

    /// On the thread of the owner: puts a child into the list, or behind those in the inbox.
    /// Returns whether both were empty: then the caller must wake the group.
    #[inline]
    pub(super) fn push(&self, child: u32, own: &ReadyLink) -> bool {
        if own.listed.get() != Listed::No {
            return false;
        }
        if self.has_mail() {
            return self.push_behind_mail(child, own);
        }
        self.list(child, own, Listed::Yes)
    }

    #[cold]
    #[inline(never)]
    fn push_behind_mail(&self, child: u32, own: &ReadyLink) -> bool {
        // The thread that has sent the first child wakes the group.
        self.send(child, own);
        false
    }

    /// Puts a child into the list that is not in it. Returns whether the list was empty.
    #[inline]
    fn list(&self, child: u32, own: &ReadyLink, listed: Listed) -> bool {
        own.listed.set(listed);
        let head = self.head.load(Ordering::Relaxed);
        own.next.store(head, Ordering::Relaxed);
        self.head.store(child, Ordering::Release);
        head == END
    }

    /// By the group: puts a child into the list, unless it is in it.
    pub(super) fn requeue(&self, child: u32, own: &ReadyLink) {
        if own.listed.get() == Listed::No {
            self.list(child, own, Listed::Yes);
        }
    }

    /// Whether the inbox is not empty. A concurrent [`send`](Self::send) may be missed.
    #[inline]
    pub(super) fn has_mail(&self) -> bool {
        self.inbox.load(Ordering::Relaxed) != END
    }

    /// Whether no child is queued. A concurrent [`send`](Self::send) may be missed.
    #[inline]
    pub(in crate::parallel) fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed) == END && !self.has_mail()
    }

    /// By the group: takes all queued children, in the order of their wakes.
    #[inline]
    pub(in crate::parallel) fn take<'a>(&self, link: impl Fn(u32) -> &'a ReadyLink) -> Taken {
        self.take_to_last(link).0
    }

    /// Also returns the last of them; without any, it has no meaning.
    #[inline]
    pub(in crate::parallel) fn take_to_last<'a>(&self, link: impl Fn(u32) -> &'a ReadyLink) -> (Taken, u32) {
        if self.has_mail() {
            self.read_mail(&link);
        }
        let head = self.head.load(Ordering::Relaxed);
        self.head.store(END, Ordering::Relaxed);
        // The list begins with the last wake.
        (Taken { first: reversed(head, |child| &link(child).next) }, head)
    }

    /// Moves the children from the inbox to the list.
    #[cold]
    fn read_mail<'a>(&self, link: &impl Fn(u32) -> &'a ReadyLink) {
        let last = self.inbox.swap(END, Ordering::AcqRel);
        let mut child = reversed(last, |child| &link(child).behind);
        while child != END {
            let own = link(child);
            let after = own.behind.load(Ordering::Relaxed);
            match own.listed.get() {
                Listed::No => drop(self.list(child, own, Listed::FromInbox)),
                Listed::Yes | Listed::FromInbox => own.listed.set(Listed::FromInbox),
            }
            child = after;
        }
    }

    /// By a group that has come from the thread of the owner: queues the children that were woken
    /// before, as far as is known here, in `new`, the queue of the new block. They keep their
    /// order. `left` were taken before.
    pub(super) fn hand_over<'a>(
        &self,
        left: &Taken,
        link: impl Fn(u32) -> &'a ReadyLink,
        new: &ReadyQueue,
        new_link: impl Fn(u32) -> &'a ReadyLink,
    ) {
        let next = |child| link(child).next.load(Ordering::Relaxed);
        let behind = |child| link(child).behind.load(Ordering::Relaxed);
        let requeue = |child| new.requeue(child, new_link(child));
        // These lists begin with the last wake, and cannot be reversed where they are. So they are
        // reversed in the new block, which nothing else uses yet.
        let reversed = |last, next: &dyn Fn(u32) -> u32| {
            followed(last, next).fold(END, |first, child| {
                new_link(child).behind.store(first, Ordering::Relaxed);
                child
            })
        };
        let new_behind = |child| new_link(child).behind.load(Ordering::Relaxed);
        followed(left.first, next).for_each(requeue);
        followed(reversed(self.head.load(Ordering::Acquire), &next), new_behind).for_each(requeue);
        followed(reversed(self.inbox.swap(END, Ordering::AcqRel), &behind), new_behind).for_each(requeue);
    }
}

/// The children of a list, from its first one.
fn followed(first: u32, next: impl Fn(u32) -> u32) -> impl Iterator<Item = u32> {
    let child = |child| Some(child).filter(|child| *child != END);
    iter::successors(child(first), move |last| child(next(*last)))
}

/// Reverses a list, and returns its new first child.
#[inline]
fn reversed<'a>(mut last: u32, next: impl Fn(u32) -> &'a AtomicU32) -> u32 {
    let mut first = END;
    while last != END {
        let next = next(last);
        let before = next.load(Ordering::Relaxed);
        next.store(first, Ordering::Relaxed);
        first = last;
        last = before;
    }
    first
}

/// Children that were taken from the queue and not yet polled.
#[derive(Debug)]
pub(in crate::parallel) struct Taken {
    first: u32,
}

impl Taken {
    pub(in crate::parallel) const NONE: Taken = Taken { first: END };

    /// Whether all of them were polled.
    pub(in crate::parallel) fn is_empty(&self) -> bool {
        self.first == END
    }

    /// Adds children that were taken later. `last` is the last one, if it is not empty.
    #[inline]
    pub(in crate::parallel) fn append<'a>(
        &mut self,
        last: u32,
        later: Taken,
        link: impl Fn(u32) -> &'a ReadyLink,
    ) {
        if self.is_empty() {
            *self = later;
        } else {
            link(last).next.store(later.first, Ordering::Relaxed);
        }
    }

    /// Removes and returns the next child. From here on it can be queued again.
    #[inline]
    pub(in crate::parallel) fn next<'a>(&mut self, link: impl Fn(u32) -> &'a ReadyLink) -> Option<u32> {
        let child = self.first;
        if child == END {
            return None;
        }
        let link = link(child);
        self.first = link.next.load(Ordering::Relaxed);
        if link.listed.replace(Listed::No) == Listed::FromInbox {
            link.is_sent.swap(false, Ordering::AcqRel);
        }
        Some(child)
    }
}
