//! Children that are added and removed while they run, for `WaitIterator` and `limit`.
//!
//! # Slots
//!
//! Each child has a numbered *slot*, which consists of a [`ChildSlot`], the entry of its waker, and
//! its tag. Slots are in blocks that double in size, so a child never moves. The first block has
//! exactly the children that the pool begins with. A slot is reused when its result was taken. So
//! memory is bounded by the number of children at a time.
//!
//! | slot | [`insert`](Pool::insert) | polled, pending | polled, ready ([`end`](Pool::end)) | [`vacate`](Pool::vacate) |
//! |---|---|---|---|---|
//! | vacant (in `vacant`): no child, no result | fresh | | | |
//! | fresh (in `fresh`): the child was never polled | | running | ended | |
//! | running (in no list) | | running | ended | |
//! | ended (in `ended`): a result, and no child | | | | vacant |
//!
//! A child that panics in its poll has ended, with [`Panicked`](crate::Panicked) as its result. A
//! fresh child that is cancelled is dropped, and its slot becomes vacant (`drop_fresh`).
//!
//! A waker may outlive its child. Then it wakes the next child in the slot, or the pool for
//! nothing, as every future must allow. A fresh child that is woken so keeps its place among the
//! fresh ones.
//!
//! # Order
//!
//! A poll goes through the woken children in the order of their wakes, then through the fresh
//! children in the order of their insertion. It keeps the results of all that end, and returns the
//! first. So a request for one result lets all other children go on too, and two children that end
//! in the same turn keep their order.
//!
//! # Fairness
//!
//! | situation | the pool polls |
//! |---|---|
//! | in one poll, [`ENDED_AT_ONCE`] woken children have ended, and one is pending | the fresh children only; the other woken children are left for a later poll, in their order |
//! | in one poll, the executor has spent its own budget ([`is_spent_by_executor`]), and a woken child is pending | the same; if there is no result, the pool wakes itself |
//! | [`poll_next`](Pool::poll_next) is called, there are results, and woken children are left | the fresh children only |
//! | it is called, there are results, only fresh children are left, and the budget is spent | nothing |
//! | it is called, there is no result, and woken children are left, or only fresh ones and the budget is spent | nothing, once: the pool wakes itself and is pending |
//! | the next poll after that | all children that are woken or fresh |
//!
//! The budget is spent when `ENDED_AT_ONCE` children have ended since the pool was pending or a
//! child was woken.
//!
//! While an injection is in flight on the thread, no woken child is left: all results come before a
//! cancellation.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::budget::{is_spent_by_executor, ENDED_AT_ONCE};
use super::child_slots::{ChildSlots, SlotList};
use super::held_cancellations::HeldCancellations;
use super::panics::catching;
use super::ready::{ReadyLink, Taken};
use super::slots::{ChildEnded, ChildSlot, PollMode, Slots};
use super::wakers::Wakers;
use crate::inject::{in_flight, Cancellation};
use crate::{Error, Result};

/// The least number of slots in a block that is added.
const SMALLEST_BLOCK: usize = 4;

/// Children of one type, each with a tag that identifies it.
pub(crate) struct Pool<P, T, I> {
    blocks: Vec<Block<P, T>>,
    slots: ChildSlots<I>,
    fresh: SlotList,
    ended: SlotList,
    vacant: SlotList,
    /// Children that were taken from the queue and are not yet polled.
    woken: Taken,
    /// The number of children that have not ended.
    running: usize,
    /// The number of results that were not taken.
    ready: usize,
    /// The spent part of the budget.
    spent: usize,
    /// Woken children are left, and the last poll returned without polling them.
    rested: bool,
    /// The last poll was pending, so a new child has to wake the parent.
    awaited: bool,
    /// None before the first cancellation.
    held: Option<Box<HeldCancellations>>,
}

struct Block<P, T> {
    /// The number of its first slot.
    base: u32,
    children: Slots<P, T>,
    wakers: Wakers,
}

/// The children are pinned in the blocks.
impl<P, T, I> Unpin for Pool<P, T, I> {}

impl<P, T, I> Pool<P, T, I> {
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(crate) fn new(children: impl Iterator<Item = (I, P)>) -> Self {
        let mut pool = Pool::empty();
        pool.slots.reserve(children.size_hint().0);
        let children = Slots::new(children.map(|(tag, child)| {
            pool.slots.add(Some(tag));
            child
        }));
        pool.running = children.len();
        if pool.running > 0 {
            pool.blocks.push(Block { base: 0, children, wakers: Wakers::new(pool.running) });
            // `Wakers::new` has checked that the count fits.
            (0..pool.running as u32).for_each(|slot| pool.fresh.push_back(&mut pool.slots, slot));
        }
        pool
    }

    pub(crate) fn empty() -> Self {
        Pool {
            blocks: Vec::new(),
            slots: ChildSlots::new(),
            fresh: SlotList::EMPTY,
            ended: SlotList::EMPTY,
            vacant: SlotList::EMPTY,
            woken: Taken::NONE,
            running: 0,
            ready: 0,
            spent: 0,
            rested: false,
            awaited: false,
            held: None,
        }
    }

    /// Adds a child. If the last poll of the pool was pending, wakes the parent, which polls the
    /// child.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children at a time.
    pub(crate) fn insert(&mut self, tag: I, child: P) {
        let slot = match self.vacant.pop_front(&mut self.slots) {
            Some(slot) => slot,
            None => self.grow(),
        };
        let (block, index) = locate_mut(&mut self.blocks, slot);
        block.children.at(index as usize).fill(child);
        self.slots.occupy(slot, tag);
        self.fresh.push_back(&mut self.slots, slot);
        self.running += 1;
        if mem::take(&mut self.awaited) {
            self.blocks[0].wakers.wake_parent();
        }
    }

    /// Announces a poll: children that are added before it need not wake the parent.
    pub(crate) fn will_be_polled(&mut self) {
        self.awaited = false;
    }

    /// Adds a block. Returns its first slot, and makes the others vacant.
    fn grow(&mut self) -> u32 {
        let slots = self.slots.len();
        let count = slots.max(SMALLEST_BLOCK);
        let (base, wakers) = match self.blocks.first() {
            None => (0, Wakers::new(count)),
            // `slots` fits: the wakers of the earlier blocks have checked it.
            Some(first) => (slots as u32, Wakers::further(&first.wakers, slots as u32, count)),
        };
        self.blocks.push(Block { base, children: Slots::vacant(count), wakers });
        self.slots.reserve(count);
        (0..count).for_each(|_| self.slots.add(None));
        (base + 1..base + count as u32).for_each(|slot| self.vacant.push_back(&mut self.slots, slot));
        base
    }

    /// Drops all children and results.
    pub(crate) fn clear(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.children.drop_running());
        *self = Pool::empty();
    }

    /// The number of children whose results were not taken.
    pub(crate) fn len(&self) -> usize {
        self.running + self.ready
    }

    /// Whether all results were taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the next result, without a poll of any child.
    pub(crate) fn take_ended(&mut self) -> Option<(I, Result<T>)> {
        self.ended.pop_front(&mut self.slots).map(|slot| self.vacate(slot))
    }

    /// Takes the result of a child that has ended.
    fn vacate(&mut self, slot: u32) -> (I, Result<T>) {
        let (block, index) = locate_mut(&mut self.blocks, slot);
        let result = block.children.at(index as usize).take();
        let tag = self.slots.vacate(slot);
        // The slot that was used last is reused first, because it is still in the cache.
        self.vacant.push_front(&mut self.slots, slot);
        self.ready -= 1;
        tag.zip(result).expect("a slot is in `ended` once, with the tag and the result of its child")
    }
}

impl<P, T, I> Pool<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    /// Polls for the next result, with its tag. `None` if there are no children.
    ///
    /// An injected error is hidden from the children, so that the yield of the pool takes it. If
    /// there is no result, a cancellation is passed on to each child, and then to `on_cancel`.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        on_cancel: impl FnOnce(Cancellation),
    ) -> Poll<Option<(I, Result<T>)>> {
        if self.ended.is_empty() {
            match self.blocks.first() {
                // Before the queue is read: a child that is woken later wakes this waker.
                Some(first) if self.running > 0 => first.wakers.set_parent(cx.waker()),
                _ => return Poll::Ready(None),
            }
        }
        if self.has_work() {
            if self.woken.is_empty() && !self.is_spent() {
                in_flight::without_injected(|| self.poll_children());
            } else if self.poll_in_turn(cx) {
                // An injection is left to the yield of the pool.
                self.spent = 0;
                self.awaited = true;
                return Poll::Pending;
            }
        }
        if self.ended.is_empty() {
            if let Some(cancellation) = self.cancel(cx) {
                on_cancel(cancellation);
            }
        }
        let next = self.take_ended();
        self.awaited = next.is_none();
        match next {
            None => {
                self.spent = 0;
                if !self.woken.is_empty() {
                    // The budget of the executor was spent. The wakes of these children were taken
                    // already, so nothing else asks for the next poll.
                    self.rested = true;
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
            some => Poll::Ready(some),
        }
    }

    /// The poll of a pool that has left woken children, or has spent its budget: see "Fairness" at
    /// the top of the module. Returns whether it polls nothing.
    #[cold]
    fn poll_in_turn(&mut self, cx: &mut Context<'_>) -> bool {
        let is_left = !self.woken.is_empty();
        if is_left && !self.ended.is_empty() {
            self.drive_fresh();
            return false;
        }
        let is_fed = !is_left && self.queue_is_empty();
        if is_fed && !self.ended.is_empty() {
            // Without this, children that are added as fast as results are taken would be polled
            // for ever, and there would always be a result.
            return false;
        }
        let rests = is_fed || is_left && !self.rested && !in_flight::any_on_this_thread();
        if self.ended.is_empty() && rests {
            self.rested = is_left;
            cx.waker().wake_by_ref();
            return true;
        }
        in_flight::without_injected(|| self.poll_children());
        false
    }

    /// Polls each child that is woken or fresh, once. Children that are woken later wake `cx`. The
    /// results can then be [taken](Self::take_ended).
    ///
    /// When [`ENDED_AT_ONCE`] children have ended, the other woken ones are left for the next poll.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        self.spent = 0;
        if let Some(first) = self.blocks.first() {
            first.wakers.set_parent(cx.waker());
        }
        if self.has_work() {
            in_flight::without_injected(|| self.poll_children());
        }
    }

    /// Polls the children that were inserted since the last [`drive`](Self::drive). They wake its
    /// `cx`.
    pub(crate) fn drive_fresh(&mut self) {
        if !self.fresh.is_empty() {
            in_flight::without_injected(|| self.poll_fresh_only());
        }
    }

    /// Whether woken or fresh children are left, for which the caller has to ask for another poll.
    pub(crate) fn leaves_some(&self) -> bool {
        !self.fresh.is_empty() || !self.woken.is_empty()
    }

    fn has_work(&self) -> bool {
        !self.fresh.is_empty() || !self.woken.is_empty() || !self.queue_is_empty()
    }

    fn queue_is_empty(&self) -> bool {
        self.blocks.first().is_none_or(|first| first.wakers.queue().is_empty())
    }

    /// Whether the budget is spent, so that other futures should get a turn.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent >= ENDED_AT_ONCE
    }

    /// Polls each child that is woken or fresh, once.
    fn poll_children(&mut self) {
        if !self.woken.is_empty() {
            self.poll_left();
            if !self.woken.is_empty() {
                return self.poll_fresh_only();
            }
        }
        self.take_woken();
        let poll_all = |pool: &mut Self, slot: &mut u32| {
            pool.poll_woken(slot);
            pool.poll_fresh(slot);
        };
        catching(self, poll_all, Self::fail);
    }

    /// Polls the woken children that an earlier poll has left.
    #[cold]
    fn poll_left(&mut self) {
        self.rested = false;
        self.spent = 0;
        catching(self, Self::poll_woken, Self::fail);
    }

    fn poll_fresh_only(&mut self) {
        catching(self, Self::poll_fresh, Self::fail);
    }

    #[inline]
    fn take_woken(&mut self) {
        let Some(first) = self.blocks.first() else { return };
        self.woken = first.wakers.queue().take(|slot| link(&self.blocks, slot));
        if !self.woken.is_empty() {
            self.spent = 0;
        }
    }

    fn poll_woken(&mut self, polled: &mut u32) {
        while let Some(slot) = self.woken.next(|slot| link(&self.blocks, slot)) {
            if self.slots.is_fresh(slot) {
                continue;
            }
            *polled = slot;
            if self.poll_child(slot).is_pending()
                && (self.is_spent() || is_spent_by_executor())
                && !in_flight::any_on_this_thread()
            {
                return;
            }
        }
    }

    fn poll_fresh(&mut self, polled: &mut u32) {
        while let Some(slot) = self.fresh.pop_front(&mut self.slots) {
            self.slots.unfresh(slot);
            *polled = slot;
            let _ended = self.poll_child(slot);
        }
    }

    /// Ends a child that has panicked.
    #[cold]
    fn fail(&mut self, slot: u32, error: Error) {
        let (block, index) = locate_mut(&mut self.blocks, slot);
        let cx = &mut Context::from_waker(Waker::noop());
        if block.children.at(index as usize).poll(cx, PollMode::Panicked(error)).is_ready() {
            self.end(slot);
        }
    }

    #[inline]
    fn poll_child(&mut self, slot: u32) -> Poll<ChildEnded> {
        let (Block { children, wakers, .. }, index) = locate_mut(&mut self.blocks, slot);
        let child = children.at(index as usize);
        let held = &mut self.held;
        let polled = wakers.with(index, |waker| {
            let cx = &mut Context::from_waker(waker);
            match held {
                None => child.poll(cx, PollMode::Plain),
                Some(held) => poll_cancelled(held, slot, cx, child),
            }
        });
        if polled.is_ready() {
            self.end(slot);
        }
        polled
    }

    /// If a cancellation is in flight for the pool, takes and returns it, and cancels each child.
    /// Fresh children are dropped. The woken children must have been polled before.
    #[inline]
    pub(crate) fn cancel(&mut self, cx: &mut Context<'_>) -> Option<Cancellation> {
        if in_flight::any_in_flight() {
            self.take_cancel(cx)
        } else {
            None
        }
    }

    #[cold]
    fn take_cancel(&mut self, cx: &mut Context<'_>) -> Option<Cancellation> {
        let cancellation = in_flight::take_cancel(cx.waker())?;
        self.drop_fresh();
        let mut slots = 0..self.slots.len() as u32;
        let cancel_all = |pool: &mut Self, polled: &mut u32| {
            for slot in slots.by_ref() {
                *polled = slot;
                pool.cancel_child(slot, cancellation.clone());
            }
        };
        catching(self, cancel_all, Self::fail);
        Some(cancellation)
    }

    /// A child that was never polled is not started just to be cancelled.
    fn drop_fresh(&mut self) {
        while let Some(slot) = self.fresh.pop_front(&mut self.slots) {
            let (block, index) = locate_mut(&mut self.blocks, slot);
            block.children.at(index as usize).drop_contained();
            self.slots.unfresh(slot);
            self.slots.vacate(slot);
            self.vacant.push_front(&mut self.slots, slot);
            self.running -= 1;
        }
    }

    /// Does nothing if the slot has no running child.
    fn cancel_child(&mut self, slot: u32, cancellation: Cancellation) {
        let (Block { children, wakers, .. }, index) = locate_mut(&mut self.blocks, slot);
        let mut child = children.at(index as usize);
        let held = self.held.get_or_insert_default();
        let polled = wakers.with(index, |waker| {
            let cx = &mut Context::from_waker(waker);
            held.poll_cancelled(slot, cancellation, cx, |cx, mode| child.as_mut().poll(cx, mode))
        });
        if polled.is_ready() {
            self.end(slot);
        }
    }

    /// Records that the child has ended.
    fn end(&mut self, slot: u32) {
        self.running -= 1;
        self.ready += 1;
        self.spent += 1;
        self.ended.push_back(&mut self.slots, slot);
    }
}

/// Polls a child of a pool that was cancelled in an earlier poll.
#[cold]
fn poll_cancelled<P, T>(
    held: &mut HeldCancellations,
    slot: u32,
    cx: &mut Context<'_>,
    child: Pin<&mut ChildSlot<P, T>>,
) -> Poll<ChildEnded>
where
    P: Future<Output = Result<T>>,
{
    held.poll(slot, cx, |cx, mode| child.poll(cx, mode))
}

/// The block of a slot.
#[inline(always)]
fn block_of<P, T>(blocks: &[Block<P, T>], slot: u32) -> usize {
    match blocks {
        [_] => 0,
        // The last block has at least half of the slots.
        [.., last] if last.base <= slot => blocks.len() - 1,
        _ => blocks.partition_point(|block| block.base <= slot) - 1,
    }
}

/// The block of a slot, and the index of the slot in it.
#[inline(always)]
fn locate_mut<P, T>(blocks: &mut [Block<P, T>], slot: u32) -> (&mut Block<P, T>, u32) {
    let block = block_of(blocks, slot);
    let block = &mut blocks[block];
    let index = slot - block.base;
    (block, index)
}

#[inline(always)]
fn link<P, T>(blocks: &[Block<P, T>], slot: u32) -> &ReadyLink {
    let block = &blocks[block_of(blocks, slot)];
    block.wakers.link(slot - block.base)
}
