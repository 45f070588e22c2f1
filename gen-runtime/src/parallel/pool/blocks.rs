//! The children of a pool and their wakers, in blocks, so that a child never moves.
//!
//! The first block has the children that the pool begins with. The further ones have 4, 8, 16, ..
//! and at last 1,024 slots each, which bounds the memory of slots that are not used.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Waker};

use super::list::{Link, SlotList};
use crate::parallel::slots;
use crate::parallel::wakers::{checked_count, ReadyLink, Taken, Wakers};

/// The number of slots in the first block that is added.
const SMALLEST: u32 = 4;
/// The greatest number of slots in a block that is added.
const LARGEST: u32 = 1_024;
/// The number of blocks that are added before those of the greatest size.
const DOUBLING: u32 = (LARGEST / SMALLEST).ilog2();
/// The number of their slots.
const IN_DOUBLING: u32 = LARGEST - SMALLEST;

pub(super) type ChildSlot<P, T> = slots::ChildSlot<P, T, Link>;
pub(super) type Slots<P, T> = slots::Slots<P, T, Link>;

pub(super) struct Blocks<P, T> {
    blocks: Vec<Block<P, T>>,
    /// The number of all slots.
    count: u32,
    /// The number of those of the first block.
    in_first: u32,
}

struct Block<P, T> {
    /// The number of its first slot.
    base: u32,
    children: Slots<P, T>,
    /// `None` until a child was pending, or another block was added.
    wakers: Option<Wakers>,
}

impl<P, T> Blocks<P, T> {
    /// The number of all slots.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// One block with these children, whose slots are linked in their order.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(super) fn of(children: impl Iterator<Item = P>) -> Self {
        let slots = children.enumerate().map(|(slot, child)| {
            // If it does not fit, `add` panics.
            ChildSlot::Running { child, link: Link::to(slot as u32 + 1) }
        });
        let (mut blocks, slots) = (Blocks { blocks: Vec::new(), count: 0, in_first: 0 }, Slots::of(slots));
        if slots.len() > 0 {
            blocks.add(slots);
        }
        blocks
    }

    /// Adds a block of vacant slots, and returns their list.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 slots or more in all.
    #[cold]
    pub(super) fn grow(&mut self) -> SlotList {
        let base = self.count;
        let doubled = DOUBLING.min(self.blocks.len().saturating_sub(1) as u32);
        let end = base + checked_count(base, (SMALLEST << doubled) as usize);
        self.add(Slots::of((base..end).map(|slot| ChildSlot::Taken { link: Link::to(slot + 1) })));
        SlotList::of(base..end)
    }

    fn add(&mut self, children: Slots<P, T>) {
        let (base, count) = (self.count, checked_count(self.count, children.len()));
        let wakers = self.blocks.first_mut().map(|first| {
            let first = first.wakers.get_or_insert_with(|| Wakers::new(base as usize));
            Wakers::further(first, base, count as usize)
        });
        if self.blocks.is_empty() {
            self.in_first = count;
        }
        self.blocks.push(Block { base, children, wakers });
        self.count += count;
    }

    /// Drops the children that have not ended.
    pub(super) fn drop_running(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.children.drop_running());
    }

    /// The wakers of the first block, which has the queue and the parent of all.
    #[inline]
    fn first(&self) -> Option<&Wakers> {
        self.blocks.first()?.wakers.as_ref()
    }

    /// Whether the children have wakers. Without them no child is running, and all are in one
    /// block.
    #[inline]
    pub(super) fn have_wakers(&self) -> bool {
        self.first().is_some()
    }

    /// Adds the first block, of vacant slots that have wakers, and returns their list.
    #[cold]
    pub(super) fn start(&mut self) -> SlotList {
        let vacant = self.grow();
        self.set_wakers(Wakers::new(self.count as usize));
        vacant
    }

    /// Gives wakers to the children of the only block.
    pub(super) fn set_wakers(&mut self, wakers: Wakers) {
        debug_assert!(self.blocks.len() == 1 && !self.have_wakers());
        self.blocks[0].wakers = Some(wakers);
    }

    /// Called before a poll uses the wakers. If the pool has come to another thread, gives new
    /// wakers to all children: see [`wakers`](crate::parallel::wakers). `left` are woken children
    /// that the last poll has left.
    #[inline]
    pub(super) fn come_here(&mut self, left: &mut Taken) {
        if self.first().is_some_and(|first| !first.is_here()) {
            self.take_over(left);
        }
    }

    #[cold]
    fn take_over(&mut self, left: &mut Taken) {
        let Some(first) = self.first() else { return };
        let left = mem::replace(left, Taken::NONE);
        let mut new: Vec<Wakers> = Vec::with_capacity(self.blocks.len());
        for Block { base, children, .. } in &self.blocks {
            new.push(match new.first() {
                None => first.taken_over(),
                Some(first) => Wakers::further(first, *base, children.len()),
            });
        }
        let new_link = |slot| {
            let block = self.block_of(slot);
            new[block].link(slot - self.blocks[block].base)
        };
        first.hand_over(&left, |slot| self.ready_link(slot), &new[0], new_link);
        (0..self.count).for_each(|slot| new[0].requeue(slot, new_link(slot)));
        self.blocks.iter_mut().zip(new).for_each(|(block, wakers)| block.wakers = Some(wakers));
    }

    /// Makes `waker` the one that is woken when a child is woken.
    #[inline]
    pub(super) fn set_parent(&self, waker: &Waker) {
        if let Some(first) = self.first() {
            first.set_parent(waker);
        }
    }

    /// How many clones of `waker` are kept as the parent.
    #[cold]
    pub(super) fn kept_of(&self, waker: &Waker) -> usize {
        self.first().map_or(0, |first| first.kept_of(waker))
    }

    /// From here to [`unmute_parent`](Self::unmute_parent), a child that is woken on this thread
    /// does not wake the parent.
    #[inline]
    pub(super) fn mute_parent(&self) {
        if let Some(first) = self.first() {
            first.mute_parent();
        }
    }

    #[inline]
    pub(super) fn unmute_parent(&self, waker: &Waker) {
        if let Some(first) = self.first() {
            first.unmute_parent(waker);
        }
    }

    pub(super) fn wake_parent(&self) {
        if let Some(first) = self.first() {
            first.wake_parent();
        }
    }

    #[inline]
    pub(super) fn no_child_is_woken(&self) -> bool {
        self.first().is_none_or(|first| first.queue().is_empty())
    }

    #[inline]
    pub(super) fn take_woken(&self) -> Taken {
        let Some(first) = self.first() else { return Taken::NONE };
        first.queue().take(|slot| self.ready_link(slot))
    }

    /// Takes the woken slots, and adds them to `taken`, whose last one is `last`.
    #[inline]
    pub(super) fn take_more_woken(&self, taken: &mut Taken, last: &mut u32) {
        let Some(first) = self.first() else { return };
        let (more, last_of_more) = first.queue().take_to_last(|slot| self.ready_link(slot));
        if !more.is_empty() {
            taken.append(*last, more, |slot| self.ready_link(slot));
            *last = last_of_more;
        }
    }

    /// Removes and returns the next slot of `taken`.
    #[inline]
    pub(super) fn next_of(&self, taken: &mut Taken) -> Option<u32> {
        taken.next(|slot| self.ready_link(slot))
    }

    /// The child of a slot.
    #[inline]
    pub(super) fn child(&mut self, slot: u32) -> Pin<&mut ChildSlot<P, T>> {
        let block = self.block_of(slot);
        let Block { base, children, .. } = &mut self.blocks[block];
        children.at((slot - *base) as usize)
    }

    /// The child of a slot that has a waker, and whether it is [queued](ReadyLink::is_queued).
    #[inline]
    pub(super) fn child_and_is_queued(&mut self, slot: u32) -> (Pin<&mut ChildSlot<P, T>>, bool) {
        let block = self.block_of(slot);
        let Block { base, children, wakers } = &mut self.blocks[block];
        let index = slot - *base;
        let is_queued = wakers.as_ref().expect(HAVE_WAKERS).link(index).is_queued();
        (children.at(index as usize), is_queued)
    }

    /// Adds a slot to the end of a list. It is in no other.
    #[inline]
    pub(super) fn append(&mut self, list: &mut SlotList, slot: u32) {
        if let Some(before) = list.push_back(slot) {
            *self.child(before).link() = Link::to(slot);
        }
    }

    /// Runs `poll` with the child of a slot, and a context with its waker.
    #[inline(always)]
    pub(super) fn with<R>(
        &mut self,
        slot: u32,
        poll: impl FnOnce(Pin<&mut ChildSlot<P, T>>, &mut Context<'_>) -> R,
    ) -> R {
        let block = self.block_of(slot);
        let Block { base, children, wakers } = &mut self.blocks[block];
        let index = slot - *base;
        let child = children.at(index as usize);
        let wakers = wakers.as_ref().expect(HAVE_WAKERS);
        wakers.with(index, |waker| poll(child, &mut Context::from_waker(waker)))
    }

    #[inline(always)]
    fn block_of(&self, slot: u32) -> usize {
        match slot.checked_sub(self.in_first) {
            None => 0,
            Some(further) if further < IN_DOUBLING => 1 + (further / SMALLEST + 1).ilog2() as usize,
            Some(further) => 1 + (DOUBLING + (further - IN_DOUBLING) / LARGEST) as usize,
        }
    }

    /// The link of a slot in the queue of the woken children.
    #[inline(always)]
    fn ready_link(&self, slot: u32) -> &ReadyLink {
        let block = &self.blocks[self.block_of(slot)];
        block.wakers.as_ref().expect(HAVE_WAKERS).link(slot - block.base)
    }
}

/// The first poll of a pool with one block makes them, and each further block.
const HAVE_WAKERS: &str = "running children have wakers";
