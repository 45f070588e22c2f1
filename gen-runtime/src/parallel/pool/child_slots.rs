//! The tags of the slots of a [pool](super::pool), and the lists of fresh, ended and vacant slots.
//!
//! A slot is in at most one list at a time, and in none while its child is running. So the lists
//! are linked through the slots, and need no memory of their own.

/// The end of a list. A pool has fewer slots than this.
const END: u32 = u32::MAX;

/// The slots of a pool, by number.
pub(super) struct ChildSlots<I> {
    slots: Vec<SlotState<I>>,
}

struct SlotState<I> {
    /// None while the slot is vacant.
    tag: Option<I>,
    /// The next slot of the list that contains this one.
    next: u32,
    /// Whether the slot is fresh.
    is_fresh: bool,
}

/// A list of slots, linked through [`ChildSlots`].
pub(super) struct SlotList {
    first: u32,
    last: u32,
}

impl SlotList {
    pub(super) const EMPTY: SlotList = SlotList { first: END, last: END };

    pub(super) fn is_empty(&self) -> bool {
        self.first == END
    }

    /// The slot must be in no list.
    pub(super) fn push_back<I>(&mut self, slots: &mut ChildSlots<I>, slot: u32) {
        slots.at(slot).next = END;
        if self.is_empty() {
            self.first = slot;
        } else {
            slots.at(self.last).next = slot;
        }
        self.last = slot;
    }

    /// The slot must be in no list.
    pub(super) fn push_front<I>(&mut self, slots: &mut ChildSlots<I>, slot: u32) {
        if self.is_empty() {
            self.last = slot;
        }
        slots.at(slot).next = self.first;
        self.first = slot;
    }

    pub(super) fn pop_front<I>(&mut self, slots: &mut ChildSlots<I>) -> Option<u32> {
        let slot = self.first;
        if slot == END {
            return None;
        }
        self.first = slots.at(slot).next;
        Some(slot)
    }
}

impl<I> ChildSlots<I> {
    pub(super) fn new() -> Self {
        ChildSlots { slots: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.slots.reserve(more);
    }

    /// Adds a slot, which is vacant if there is no tag.
    pub(super) fn add(&mut self, tag: Option<I>) {
        let is_fresh = tag.is_some();
        self.slots.push(SlotState { tag, next: END, is_fresh });
    }

    pub(super) fn occupy(&mut self, slot: u32, tag: I) {
        let slot = self.at(slot);
        slot.tag = Some(tag);
        slot.is_fresh = true;
    }

    pub(super) fn is_fresh(&mut self, slot: u32) -> bool {
        self.at(slot).is_fresh
    }

    /// Its child is polled, or dropped.
    pub(super) fn unfresh(&mut self, slot: u32) {
        self.at(slot).is_fresh = false;
    }

    pub(super) fn vacate(&mut self, slot: u32) -> Option<I> {
        self.at(slot).tag.take()
    }

    fn at(&mut self, slot: u32) -> &mut SlotState<I> {
        &mut self.slots[slot as usize]
    }
}
