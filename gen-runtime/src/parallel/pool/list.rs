//! The lists of the fresh, ended and vacant slots of a [pool](super).
//!
//! A slot is in at most one list at a time, and in none while its child is running. So the lists
//! are linked through the slots, and need no memory of their own.

use std::ops::Range;

/// The link of a slot: the next slot of its list. The link of the last one has no meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Link(u32);

/// No slot has this number, or the one before.
const END: u32 = u32::MAX;

impl Link {
    /// The link of a slot whose child is running.
    pub(super) const IN_NO_LIST: Link = Link(END - 1);
    pub(super) const LAST: Link = Link(END);

    pub(super) fn to(slot: u32) -> Link {
        Link(slot)
    }
}

/// A list of slots.
pub(super) struct SlotList {
    /// `END` if the list is empty.
    first: u32,
    last: u32,
}

impl SlotList {
    pub(super) const EMPTY: SlotList = SlotList { first: END, last: END };

    /// A list of slots that are linked already.
    pub(super) fn of(slots: Range<u32>) -> Self {
        if slots.is_empty() {
            SlotList::EMPTY
        } else {
            SlotList { first: slots.start, last: slots.end - 1 }
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.first == END
    }

    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        (!self.is_empty()).then_some(self.first)
    }

    /// Removes the first slot, which has this link.
    #[inline]
    pub(super) fn pop_front(&mut self, link: Link) {
        self.first = if self.first == self.last { END } else { link.0 };
    }

    /// Adds a slot that is in no list, and returns its link.
    #[inline]
    pub(super) fn push_front(&mut self, slot: u32) -> Link {
        if self.is_empty() {
            self.last = slot;
        }
        Link(std::mem::replace(&mut self.first, slot))
    }

    /// Adds a slot that is in no list. Returns the one before it, whose link must lead to it.
    #[inline]
    pub(super) fn push_back(&mut self, slot: u32) -> Option<u32> {
        let before = (!self.is_empty()).then_some(self.last);
        if self.is_empty() {
            self.first = slot;
        }
        self.last = slot;
        before
    }
}
