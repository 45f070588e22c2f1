//! `Children`: the children of a supervisor in their slots, in the order in which they were added.
//!
//! A child keeps its slot from its addition to its removal. A waker of an earlier run that wakes
//! the slot costs a poll, as every future must allow. The slots and their wakers are [`Members`].

use std::collections::BTreeMap;
use std::task::{Context, Waker};

use super::board::ChildId;
use super::body::DROP;
use super::entry::Entry;
use crate::parallel::Members;
use crate::report::drop_each;

/// The slot that the inbox wakes.
const EVENTS: u32 = 0;
const RESERVED: u32 = 1;

pub(super) struct Children<C> {
    members: Members<Entry<C>>,
    slots: BTreeMap<ChildId, u32>,
}

impl<C> Children<C> {
    pub(super) fn new() -> Self {
        Children { members: Members::new(RESERVED), slots: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether there was a poll.
    pub(super) fn has_begun(&self) -> bool {
        self.members.has_begun()
    }

    /// Begins a poll: see [`Members`].
    pub(super) fn begin_poll(&mut self) {
        self.members.begin_poll();
    }

    /// The next child that was woken before the poll began.
    pub(super) fn next_woken(&mut self) -> Option<u32> {
        loop {
            match self.members.next_woken()? {
                // Each poll takes the events.
                EVENTS => {}
                child => return Some(child),
            }
        }
    }

    /// Ends the poll: see [`Members`].
    pub(super) fn end_poll(&mut self, waker: &Waker) -> bool {
        self.members.end_poll(waker)
    }

    /// Adds a child, and returns its slot.
    pub(super) fn add(&mut self, entry: Entry<C>) -> u32 {
        let id = entry.id;
        let slot = self.members.insert(entry);
        self.slots.insert(id, slot);
        slot
    }

    pub(super) fn remove(&mut self, slot: u32) -> Option<Entry<C>> {
        let entry = self.members.remove(slot)?;
        self.slots.remove(&entry.id);
        Some(entry)
    }

    /// Runs `run` with the child of a slot and its context, if there is a child.
    pub(super) fn with<R>(
        &mut self,
        slot: u32,
        run: impl FnOnce(&mut Entry<C>, &mut Context<'_>) -> R,
    ) -> Option<R> {
        self.members.with(slot, run)
    }

    /// Has the child of a slot polled in the next poll.
    pub(super) fn wake(&mut self, slot: u32) {
        self.members.with(slot, |_, cx| cx.waker().wake_by_ref());
    }

    /// Runs `keep` with the waker that the inbox wakes when there are events.
    pub(super) fn with_waker_of_events<R>(&mut self, keep: impl FnOnce(&Waker) -> R) -> R {
        self.with_context_of_events(|cx| keep(cx.waker()))
    }

    /// Runs `poll` with the context of the slot that the inbox wakes.
    pub(super) fn with_context_of_events<R>(&mut self, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.members.with_reserved(EVENTS, |cx| poll(cx))
    }

    pub(super) fn slot_of(&self, id: ChildId) -> Option<u32> {
        self.slots.get(&id).copied()
    }

    /// The last child that was added, of all or of those before `below`.
    pub(super) fn last(&self, below: Option<ChildId>) -> Option<(ChildId, u32)> {
        let last = match below {
            Some(below) => self.slots.range(..below).next_back(),
            None => self.slots.last_key_value(),
        };
        last.map(|(id, slot)| (*id, *slot))
    }

    /// All slots, in order.
    pub(super) fn in_order(&self) -> Vec<u32> {
        self.slots.values().copied().collect()
    }

    /// How many clones of `waker`, that of the task, are kept.
    #[cold]
    pub(super) fn kept_of(&self, waker: &Waker) -> usize {
        self.members.kept_of(waker)
    }
}

impl<C> Drop for Children<C> {
    /// Drops the children in the reverse order of their additions.
    fn drop(&mut self) {
        if !self.is_empty() {
            let mut children = self.members.take_all();
            children.sort_unstable_by_key(|child| std::cmp::Reverse(child.id));
            drop_each(DROP, children);
        }
    }
}
