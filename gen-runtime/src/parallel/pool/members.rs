//! [`Members`]: slots for children that come and go, and which the caller polls; for scopes.
//!
//! A scope cancels each child alone, and acts on each end at once. So it polls its children itself,
//! and there are no results here. The first slots are *reserved* for futures of the caller, which
//! are woken like the children and in one order with them.
//!
//! | slot | [`insert`](Members::insert) | [`remove`](Members::remove) | its wake is taken: [`next_woken`](Members::next_woken), [`with`](Members::with) |
//! |---|---|---|---|
//! | reserved | | | returned |
//! | vacant (in `vacant`) | running | | |
//! | running | | vacant; or stale, if it is queued | returned, and polled |
//! | stale (in no list): no child, but still queued by a wake of its last one | | | vacant |
//!
//! A stale slot gets no child, because the old wake would decide when the child goes on. A waker
//! that outlives its child may still wake a later child of the slot, as in a pool.
//!
//! # A poll
//!
//! | step | wakes on this thread |
//! |---|---|
//! | [`begin_poll`](Members::begin_poll): takes the slots that were woken so far | queue the slot, and wake the parent if it is the first one |
//! | [`next_woken`](Members::next_woken), until there is none, or the caller leaves the others to the next poll | queue the slot for the next poll |
//! | [`end_poll`](Members::end_poll): the caller learns whether it has to ask for that poll | as in the first row |
//!
//! So a scope whose children wake each other while it is polled asks for its next poll once, at the
//! end. The first poll takes the reserved slots. A poll on another thread takes all slots: see
//! [the takeover](crate::parallel::wakers).

use std::task::{Context, Waker};

use super::blocks::Blocks;
use super::list::{Link, SlotList};
use crate::parallel::wakers::Taken;

/// Slots `0..reserved` are those of the caller.
pub(crate) struct Members<M> {
    blocks: Blocks<M, ()>,
    vacant: SlotList,
    reserved: u32,
    /// Slots that were taken from the queue and not yet returned.
    woken: Taken,
    /// The last one of `woken`, if there is one.
    last_woken: u32,
    running: usize,
}

/// The children may be moved.
impl<M: Unpin> Members<M> {
    /// There are fewer reserved slots than slots in the first block.
    pub(crate) fn new(reserved: u32) -> Self {
        let blocks = Blocks::of(std::iter::empty());
        Members { blocks, vacant: SlotList::EMPTY, reserved, woken: Taken::NONE, last_woken: 0, running: 0 }
    }

    /// The number of children.
    pub(crate) fn len(&self) -> usize {
        self.running
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.running == 0
    }

    /// Whether there was a poll.
    pub(crate) fn has_begun(&self) -> bool {
        self.blocks.have_wakers()
    }

    /// Takes the slots that were woken since the last poll, for [`next_woken`](Self::next_woken).
    /// Those that the last poll has left come first.
    #[inline]
    pub(crate) fn begin_poll(&mut self) {
        if self.blocks.have_wakers() {
            self.blocks.come_here(&mut self.woken);
        } else {
            self.start();
        }
        self.blocks.mute_parent();
        self.blocks.take_more_woken(&mut self.woken, &mut self.last_woken);
    }

    /// The first poll. The wakers belong to its thread.
    #[cold]
    fn start(&mut self) {
        self.vacant = self.blocks.start();
        for slot in 0..self.reserved {
            let mut reserved = self.blocks.child(slot);
            self.vacant.pop_front(std::mem::replace(reserved.as_mut().link(), Link::IN_NO_LIST));
            self.with_reserved(slot, |cx| cx.waker().wake_by_ref());
        }
    }

    /// The next slot that was woken. It can be woken again from here on. Unless it is reserved, the
    /// caller polls it [with](Self::with) its child.
    #[inline]
    pub(crate) fn next_woken(&mut self) -> Option<u32> {
        self.blocks.next_of(&mut self.woken)
    }

    /// Ends the poll: `waker` is woken when a slot is woken. Returns whether slots are woken
    /// already, or left, so that the caller has to ask for the next poll.
    #[inline]
    pub(crate) fn end_poll(&mut self, waker: &Waker) -> bool {
        // Before the queue is read: a slot that is queued later wakes this waker.
        self.blocks.unmute_parent(waker);
        !self.woken.is_empty() || !self.blocks.no_child_is_woken()
    }

    /// How many clones of `waker` are kept as the parent.
    #[cold]
    pub(crate) fn kept_of(&self, waker: &Waker) -> usize {
        self.blocks.kept_of(waker)
    }

    /// Adds a child. It is not woken: the caller polls it, or cancels it.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children at a time.
    pub(crate) fn insert(&mut self, child: M) -> u32 {
        if self.vacant.is_empty() {
            self.vacant = self.blocks.grow();
        }
        let slot = self.vacant.first().expect("a block has slots");
        let mut vacant = self.blocks.child(slot);
        self.vacant.pop_front(*vacant.as_mut().link());
        vacant.fill(child, Link::IN_NO_LIST);
        self.running += 1;
        slot
    }

    /// Takes the child of a slot out. Called during a poll, which may look at the queue.
    #[inline]
    pub(crate) fn remove(&mut self, slot: u32) -> Option<M> {
        let (mut child, is_queued) = self.blocks.child_and_is_queued(slot);
        let removed = child.as_mut().take_running(Link::IN_NO_LIST)?;
        if !is_queued {
            *child.link() = self.vacant.push_front(slot);
        }
        self.running -= 1;
        Some(removed)
    }

    /// Takes all children out, on whatever thread the caller is dropped.
    pub(crate) fn take_all(&mut self) -> Vec<M> {
        self.running = 0;
        let slots = self.reserved..self.blocks.count();
        let take = |slot| self.blocks.child(slot).take_running(Link::IN_NO_LIST);
        slots.filter_map(take).collect()
    }

    /// Goes through the children by their slots.
    pub(crate) fn for_each(&mut self, mut run: impl FnMut(u32, &mut M)) {
        for slot in self.reserved..self.blocks.count() {
            if let Some(child) = self.blocks.child(slot).running() {
                run(slot, child.get_mut());
            }
        }
    }

    /// Runs `poll` with the child of a slot, and a context with its waker. `None` if there is no
    /// child.
    #[inline]
    pub(crate) fn with<R>(
        &mut self,
        slot: u32,
        poll: impl FnOnce(&mut M, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let polled = self.blocks.with(slot, |child, cx| Some(poll(child.running()?.get_mut(), cx)));
        if polled.is_none() {
            self.reuse_if_stale(slot);
        }
        polled
    }

    /// The old wake of a stale slot was taken.
    #[cold]
    fn reuse_if_stale(&mut self, slot: u32) {
        let (mut empty, is_queued) = self.blocks.child_and_is_queued(slot);
        if *empty.as_mut().link() == Link::IN_NO_LIST && !is_queued {
            *empty.link() = self.vacant.push_front(slot);
        }
    }

    /// Runs `poll` with the context of a reserved slot.
    #[inline]
    pub(crate) fn with_reserved<R>(&mut self, slot: u32, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
        debug_assert!(slot < self.reserved);
        self.blocks.with(slot, |_, cx| poll(cx))
    }
}
