//! The children of a pool and their wakers, in blocks that double in size, so that a child never
//! moves.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Waker};

use crate::parallel::slots::{ChildSlot, Slots};
use crate::parallel::wakers::{ReadyLink, Taken, Wakers};

pub(super) struct Blocks<P, T> {
    blocks: Vec<Block<P, T>>,
}

struct Block<P, T> {
    /// The number of its first slot.
    base: u32,
    children: Slots<P, T>,
    wakers: Wakers,
}

impl<P, T> Blocks<P, T> {
    pub(super) fn new() -> Self {
        Blocks { blocks: Vec::new() }
    }

    /// Adds a block. Returns the number of its first slot.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 slots or more in all.
    pub(super) fn add(&mut self, children: Slots<P, T>) -> u32 {
        let count = children.len();
        let (base, wakers) = match &self.blocks[..] {
            [] => (0, Wakers::new(count)),
            [first, ..] => {
                let slots: usize = self.blocks.iter().map(|block| block.children.len()).sum();
                // It fits: the wakers of the earlier blocks have checked it.
                (slots as u32, Wakers::further(&first.wakers, slots as u32, count))
            }
        };
        self.blocks.push(Block { base, children, wakers });
        base
    }

    /// Drops the children that have not ended.
    pub(super) fn drop_running(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.children.drop_running());
    }

    /// Called before a poll uses the wakers. If the pool has come to another thread, gives new
    /// wakers to all children: see [`wakers`](crate::parallel::wakers). `left` are woken children
    /// that the last poll has left.
    #[inline]
    pub(super) fn come_here(&mut self, left: &mut Taken) {
        if self.blocks.first().is_some_and(|first| !first.wakers.is_here()) {
            self.take_over(left);
        }
    }

    #[cold]
    fn take_over(&mut self, left: &mut Taken) {
        let Some(first) = self.blocks.first() else { return };
        let left = mem::replace(left, Taken::NONE);
        let mut new: Vec<Wakers> = Vec::with_capacity(self.blocks.len());
        for Block { base, wakers, .. } in &self.blocks {
            new.push(match new.first() {
                None => wakers.taken_over(),
                Some(first) => Wakers::further(first, *base, wakers.children().len()),
            });
        }
        let new_link = |slot| {
            let block = self.block_of(slot);
            new[block].link(slot - self.blocks[block].base)
        };
        first.wakers.hand_over(&left, |slot| self.link(slot), &new[0], new_link);
        let slots = self
            .blocks
            .iter()
            .flat_map(|Block { base, wakers, .. }| wakers.children().map(move |index| base + index));
        slots.for_each(|slot| new[0].requeue(slot, new_link(slot)));
        self.blocks.iter_mut().zip(new).for_each(|(block, wakers)| block.wakers = wakers);
    }

    /// Makes `waker` the one that is woken when a child is woken.
    #[inline]
    pub(super) fn set_parent(&self, waker: &Waker) {
        if let Some(first) = self.blocks.first() {
            first.wakers.set_parent(waker);
        }
    }

    pub(super) fn wake_parent(&self) {
        if let Some(first) = self.blocks.first() {
            first.wakers.wake_parent();
        }
    }

    #[inline]
    pub(super) fn no_child_is_woken(&self) -> bool {
        self.blocks.first().is_none_or(|first| first.wakers.queue().is_empty())
    }

    #[inline]
    pub(super) fn take_woken(&self) -> Taken {
        let Some(first) = self.blocks.first() else { return Taken::NONE };
        first.wakers.queue().take(|slot| self.link(slot))
    }

    /// Removes and returns the next slot of `taken`.
    #[inline]
    pub(super) fn next_of(&self, taken: &mut Taken) -> Option<u32> {
        taken.next(|slot| self.link(slot))
    }

    /// The child of a slot.
    #[inline]
    pub(super) fn child(&mut self, slot: u32) -> Pin<&mut ChildSlot<P, T>> {
        let block = self.block_of(slot);
        let Block { base, children, .. } = &mut self.blocks[block];
        children.at((slot - *base) as usize)
    }

    /// Runs `poll` with the child of a slot, and a context with its waker.
    #[inline]
    pub(super) fn with<R>(
        &mut self,
        slot: u32,
        poll: impl FnOnce(Pin<&mut ChildSlot<P, T>>, &mut Context<'_>) -> R,
    ) -> R {
        let block = self.block_of(slot);
        let Block { base, children, wakers } = &mut self.blocks[block];
        let index = slot - *base;
        let child = children.at(index as usize);
        wakers.with(index, |waker| poll(child, &mut Context::from_waker(waker)))
    }

    #[inline(always)]
    fn block_of(&self, slot: u32) -> usize {
        match &self.blocks[..] {
            [_] => 0,
            // The last block has at least half of the slots.
            [.., last] if last.base <= slot => self.blocks.len() - 1,
            blocks => blocks.partition_point(|block| block.base <= slot) - 1,
        }
    }

    #[inline(always)]
    fn link(&self, slot: u32) -> &ReadyLink {
        let block = &self.blocks[self.block_of(slot)];
        block.wakers.link(slot - block.base)
    }
}
