//! `Children`: the children of a scope in their slots, and which members were woken.
//!
//! The body has a slot, too, and so has the [queue](super::queue) of the events. So all wakes are
//! in one order, and of several wakes before a poll only the first one wakes the task. The slots
//! and their wakers are [`Members`].

use std::collections::BTreeMap;
use std::task::{Context, Waker};

use super::member::Member;
use super::queue::MemberId;
use crate::parallel::Members;
use crate::report::drop_each;

/// The slot of the body.
const BODY: u32 = 0;
/// The slot that the queue of the events wakes.
const EVENTS: u32 = 1;
const RESERVED: u32 = 2;

pub(super) struct Children<C> {
    members: Members<Child<C>>,
    /// The slot of each child. `None` until children are looked for by their names, or are gone
    /// through in their order. Most scopes never need it.
    slots: Option<BTreeMap<MemberId, u32>>,
}

pub(super) struct Child<C> {
    pub(super) id: MemberId,
    /// Dropped before the future.
    pub(super) member: Member,
    pub(super) future: C,
}

// The future is behind a pointer.
impl<C> Unpin for Child<C> {}

/// A member that was woken.
pub(super) enum Woken {
    Body,
    /// The child in this slot.
    Child(u32),
}

impl<C> Children<C> {
    pub(super) fn new() -> Self {
        Children { members: Members::new(RESERVED), slots: None }
    }

    /// The number of children.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether there was a poll.
    pub(super) fn has_begun(&self) -> bool {
        self.members.has_begun()
    }

    /// Begins a poll: see [`Members`]. The first one finds the body woken.
    pub(super) fn begin_poll(&mut self) {
        self.members.begin_poll();
    }

    /// The next member that was woken before the poll began.
    pub(super) fn next_woken(&mut self) -> Option<Woken> {
        loop {
            match self.members.next_woken()? {
                BODY => return Some(Woken::Body),
                // Each poll takes the events.
                EVENTS => {}
                child => return Some(Woken::Child(child)),
            }
        }
    }

    /// Ends the poll: see [`Members`].
    pub(super) fn end_poll(&mut self, waker: &Waker) -> bool {
        self.members.end_poll(waker)
    }

    /// Adds a child, and returns its slot.
    pub(super) fn admit(&mut self, id: MemberId, future: C) -> u32 {
        let slot = self.members.insert(Child { id, member: Member::default(), future });
        if let Some(slots) = &mut self.slots {
            slots.insert(id, slot);
        }
        slot
    }

    pub(super) fn remove(&mut self, slot: u32) -> Option<Child<C>> {
        let child = self.members.remove(slot)?;
        if let Some(slots) = &mut self.slots {
            slots.remove(&child.id);
        }
        Some(child)
    }

    /// Runs `poll` with the child of a slot and its context, if there is a child.
    pub(super) fn with<R>(
        &mut self,
        slot: u32,
        poll: impl FnOnce(&mut Child<C>, &mut Context<'_>) -> R,
    ) -> Option<R> {
        self.members.with(slot, poll)
    }

    /// Runs `poll` with the context of the body.
    pub(super) fn with_body<R>(&mut self, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.members.with_reserved(BODY, poll)
    }

    /// Runs `keep` with the waker that the queue wakes when there are events.
    pub(super) fn with_waker_of_events<R>(&mut self, keep: impl FnOnce(&Waker) -> R) -> R {
        self.members.with_reserved(EVENTS, |cx| keep(cx.waker()))
    }

    /// The slot of a child, if it has not ended.
    #[cold]
    pub(super) fn slot_of(&mut self, id: MemberId) -> Option<u32> {
        self.slots().get(&id).copied()
    }

    /// All children with their slots, in the order of their spawns.
    #[cold]
    pub(super) fn in_order(&mut self) -> Vec<(MemberId, u32)> {
        self.slots().iter().map(|(id, slot)| (*id, *slot)).collect()
    }

    /// How many clones of `waker`, that of the task, are kept.
    #[cold]
    pub(super) fn kept_of(&self, waker: &Waker) -> usize {
        self.members.kept_of(waker)
    }

    fn slots(&mut self) -> &BTreeMap<MemberId, u32> {
        let Children { members, slots } = self;
        slots.get_or_insert_with(|| {
            let mut slots = BTreeMap::new();
            members.for_each(|slot, child| {
                slots.insert(child.id, slot);
            });
            slots
        })
    }
}

impl<C> Drop for Children<C> {
    /// Drops the children in the order of their spawns.
    fn drop(&mut self) {
        if !self.is_empty() {
            let mut children = self.members.take_all();
            children.sort_unstable_by_key(|child| child.id);
            drop_each("the drop of a scope's child", children);
        }
    }
}
