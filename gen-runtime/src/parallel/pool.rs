//! Children that come and go: what `WaitIterator` and `limit` are made of.
//!
//! # ChildSlots
//!
//! A child sits in a numbered *seat*: a slot, the entry of its waker, and its tag. ChildSlots lie in blocks that double in size, so no child ever moves; the first block holds exactly the
//! children that were there at the beginning. A seat whose result was taken is used again, so memory is bounded by how many children there are at a time.
//!
//! | a seat | the child is inserted | polled, pending | polled, ready | the result is taken |
//! |---|---|---|---|---|
//! | vacant (in `vacant`) | fresh | | | |
//! | fresh (in `fresh`) | | running | ended | |
//! | running | | running | ended | |
//! | ended (in `ended`) | | | | vacant |
//!
//! A child that panics in its poll has ended, with [`Panicked`](crate::Panicked) as its result.
//!
//! A waker may outlive its child, and then wakes the next one in that seat, or nobody: both are polls that every future must stand.
//!
//! # Order
//!
//! Each poll goes through the children that were woken since, in the order in which they were woken, then through the fresh ones, in the order in which they came; it keeps the results of all that
//! have ended, and gives the first. So whoever asks for one result lets all children go on that can, and two that end in the same turn keep their order.
//!
//! # Rest
//!
//! | | what is polled |
//! |---|---|
//! | [so many](ENDED_AT_ONCE) woken children have ended in one poll, and one is pending | the others that were woken are left, in their order; fresh ones as ever |
//! | somebody asks for a result: some are there, and woken children are left | the fresh ones |
//! | none is there, and woken children are left, or so many have ended without anybody having waited or having been woken | nobody, once: the pool asks for its next poll |
//! | that poll | all that may go on |
//!
//! Where something is in flight no woken child is left: all that are ready come before a cancellation.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::budget::ENDED_AT_ONCE;
use super::child_slots::{ChildSlots, List};
use super::held_cancellations::HeldCancellations;
use super::panics::catching;
use super::ready::{ReadyLink, Taken};
use super::slots::{ChildEnded, ChildSlot, PollMode, Slots};
use super::wakers::Wakers;
use crate::inject::{in_flight, Cancellation};
use crate::{Error, Result};

/// The smallest block that is added.
const SMALLEST_BLOCK: usize = 4;

/// Children of one type, each with a tag that says which one it is.
pub(crate) struct Pool<P, T, I> {
    blocks: Vec<Block<P, T>>,
    seats: ChildSlots<I>,
    fresh: List,
    ended: List,
    vacant: List,
    /// Taken from the queue, and not polled yet: in this poll, or left to the next one.
    woken: Taken,
    /// How many children have not ended.
    running: usize,
    /// How many have a result that was not taken.
    ready: usize,
    /// How many children have ended since somebody last had to wait, or was woken.
    spent: usize,
    /// Woken children are left, and the last poll has given others their turn.
    rested: bool,
    /// The last poll was pending: somebody is to be woken.
    awaited: bool,
    /// None before the first cancellation.
    notices: Option<Box<HeldCancellations>>,
}

struct Block<P, T> {
    /// Its first seat.
    base: u32,
    slots: Slots<P, T>,
    wakers: Wakers,
}

/// The children are pinned in the blocks.
impl<P, T, I> Unpin for Pool<P, T, I> {}

impl<P, T, I> Pool<P, T, I> {
    /// A pool of these children.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(crate) fn new(children: impl Iterator<Item = (I, P)>) -> Self {
        let mut pool = Pool::empty();
        pool.seats.reserve(children.size_hint().0);
        let slots = Slots::new(children.map(|(tag, child)| {
            pool.seats.add(Some(tag));
            child
        }));
        pool.running = slots.len();
        if pool.running > 0 {
            pool.blocks.push(Block { base: 0, slots, wakers: Wakers::new(pool.running) });
            // `Wakers::new` has seen that the count fits.
            (0..pool.running as u32).for_each(|seat| pool.fresh.push_back(&mut pool.seats, seat));
        }
        pool
    }

    /// A pool without children.
    pub(crate) fn empty() -> Self {
        Pool {
            blocks: Vec::new(),
            seats: ChildSlots::new(),
            fresh: List::EMPTY,
            ended: List::EMPTY,
            vacant: List::EMPTY,
            woken: Taken::NONE,
            running: 0,
            ready: 0,
            spent: 0,
            rested: false,
            awaited: false,
            notices: None,
        }
    }

    /// Adds a child. If somebody waits for the pool it is woken, to poll it.
    ///
    /// # Panics
    ///
    /// If it were the 4,294,967,295th at a time.
    pub(crate) fn insert(&mut self, tag: I, child: P) {
        let seat = match self.vacant.pop_front(&mut self.seats) {
            Some(seat) => seat,
            None => self.grow(),
        };
        let (block, index) = locate_mut(&mut self.blocks, seat);
        block.slots.at(index as usize).fill(child);
        self.seats.occupy(seat, tag);
        self.fresh.push_back(&mut self.seats, seat);
        self.running += 1;
        if mem::take(&mut self.awaited) {
            self.blocks[0].wakers.wake_parent();
        }
    }

    /// Adds a block; gives its first seat, the others are vacant.
    fn grow(&mut self) -> u32 {
        let seats = self.seats.len();
        let count = seats.max(SMALLEST_BLOCK);
        let (base, wakers) = match self.blocks.first() {
            None => (0, Wakers::new(count)),
            // The blocks so far hold less than `u32::MAX` seats: they have seen to it.
            Some(first) => (seats as u32, Wakers::further(&first.wakers, seats as u32, count)),
        };
        self.blocks.push(Block { base, slots: Slots::vacant(count), wakers });
        self.seats.reserve(count);
        (0..count).for_each(|_| self.seats.add(None));
        (base + 1..base + count as u32).for_each(|seat| self.vacant.push_back(&mut self.seats, seat));
        base
    }

    /// Drops the children that have not ended, and what has.
    pub(crate) fn clear(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.slots.drop_running());
        *self = Pool::empty();
    }

    /// How many children have not been given yet.
    pub(crate) fn len(&self) -> usize {
        self.running + self.ready
    }

    /// Whether all results were given.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the next result that is there already, without polling anybody.
    pub(crate) fn take_ended(&mut self) -> Option<(I, Result<T>)> {
        self.ended.pop_front(&mut self.seats).map(|seat| self.vacate(seat))
    }

    /// Takes the result of a child that has ended.
    fn vacate(&mut self, seat: u32) -> (I, Result<T>) {
        let (block, index) = locate_mut(&mut self.blocks, seat);
        let result = block.slots.at(index as usize).take();
        let tag = self.seats.vacate(seat);
        // The last one that was used is the first to be used again: it is still in the cache.
        self.vacant.push_front(&mut self.seats, seat);
        self.ready -= 1;
        tag.zip(result).expect("a seat is in `ended` once, with the tag and the result of its child")
    }
}

impl<P, T, I> Pool<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    /// The next result and whose it is; `None` if there are no children.
    ///
    /// They do not see an error in flight: the yield that waits for the pool takes it. A cancellation is handed on to each, if there is no result.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(I, Result<T>)>> {
        if self.ended.is_empty() {
            match self.blocks.first() {
                // Before the queue is looked at: who is woken from then on wakes this waker.
                Some(first) if self.running > 0 => first.wakers.set_parent(cx.waker()),
                _ => return Poll::Ready(None),
            }
        }
        if self.has_work() {
            if self.woken.is_empty() && !self.is_spent() {
                in_flight::without_injected(|| self.poll_children());
            } else if self.poll_in_turn(cx) {
                // What is in flight is for whoever waits.
                self.spent = 0;
                self.awaited = true;
                return Poll::Pending;
            }
        }
        if self.ended.is_empty() {
            self.cancel(cx);
        }
        let next = self.take_ended();
        self.awaited = next.is_none();
        match next {
            None => {
                self.spent = 0;
                Poll::Pending
            }
            some => Poll::Ready(some),
        }
    }

    /// So many have ended that others are to get their turn before the rest: see the top of the module.
    /// Answers whether it rests.
    #[cold]
    fn poll_in_turn(&mut self, cx: &mut Context<'_>) -> bool {
        let is_left = !self.woken.is_empty();
        if is_left && !self.ended.is_empty() {
            self.drive_fresh();
            return false;
        }
        let is_fed = !is_left && self.queue_is_empty();
        let rests = is_fed || is_left && !self.rested && !in_flight::any_in_flight();
        if self.ended.is_empty() && rests {
            self.rested = is_left;
            cx.waker().wake_by_ref();
            return true;
        }
        in_flight::without_injected(|| self.poll_children());
        false
    }

    /// Polls each child that may go on, once, and has `cx` woken for those that go on later. What has ended is then there to be [taken](Self::take_ended).
    ///
    /// When [enough](ENDED_AT_ONCE) have ended, the others wait for the next poll.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        self.spent = 0;
        if let Some(first) = self.blocks.first() {
            first.wakers.set_parent(cx.waker());
        }
        if self.has_work() {
            in_flight::without_injected(|| self.poll_children());
        }
    }

    /// Polls those children that came since the last [`drive`](Self::drive), whose waker they use.
    pub(crate) fn drive_fresh(&mut self) {
        if !self.fresh.is_empty() {
            in_flight::without_injected(|| self.poll_fresh_only());
        }
    }

    /// Whether children that may go on are left to the next poll, which nobody has asked for yet.
    pub(crate) fn leaves_some(&self) -> bool {
        !self.fresh.is_empty() || !self.woken.is_empty()
    }

    fn has_work(&self) -> bool {
        !self.fresh.is_empty() || !self.woken.is_empty() || !self.queue_is_empty()
    }

    fn queue_is_empty(&self) -> bool {
        self.blocks.first().is_none_or(|first| first.wakers.queue().is_empty())
    }

    /// Whether so many children have ended that others are to get their turn.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent >= ENDED_AT_ONCE
    }

    /// Polls each child that may go on, once.
    fn poll_children(&mut self) {
        if !self.woken.is_empty() {
            self.poll_left();
            if !self.woken.is_empty() {
                return self.poll_fresh_only();
            }
        }
        self.take_woken();
        let poll_all = |pool: &mut Self, seat: &mut u32| {
            pool.poll_woken(seat);
            pool.poll_fresh(seat);
        };
        catching(self, poll_all, Self::fail);
    }

    /// Those that an earlier poll has left.
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
        self.woken = first.wakers.queue().take(|seat| link(&self.blocks, seat));
        if !self.woken.is_empty() {
            self.spent = 0;
        }
    }

    fn poll_woken(&mut self, polled: &mut u32) {
        while let Some(seat) = self.woken.next(|seat| link(&self.blocks, seat)) {
            *polled = seat;
            if self.poll_child(seat).is_pending() && self.is_spent() && !in_flight::any_in_flight() {
                return;
            }
        }
    }

    fn poll_fresh(&mut self, polled: &mut u32) {
        while let Some(seat) = self.fresh.pop_front(&mut self.seats) {
            *polled = seat;
            let _ended = self.poll_child(seat);
        }
    }

    /// A child has panicked.
    #[cold]
    fn fail(&mut self, seat: u32, error: Error) {
        let (block, index) = locate_mut(&mut self.blocks, seat);
        let cx = &mut Context::from_waker(Waker::noop());
        if block.slots.at(index as usize).poll(cx, PollMode::Panicked(error)).is_ready() {
            self.end(seat);
        }
    }

    #[inline]
    fn poll_child(&mut self, seat: u32) -> Poll<ChildEnded> {
        let (Block { slots, wakers, .. }, index) = locate_mut(&mut self.blocks, seat);
        let slot = slots.at(index as usize);
        let notices = &mut self.notices;
        let polled = wakers.with(index, |waker| {
            let cx = &mut Context::from_waker(waker);
            match notices {
                None => slot.poll(cx, PollMode::Plain),
                Some(notices) => poll_cancelled(notices, seat, cx, slot),
            }
        });
        if polled.is_ready() {
            self.end(seat);
        }
        polled
    }

    /// If the pool is cancelled in this poll, after all children were polled that could go on: cancels each child, and gives with what. Fresh ones are dropped.
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
        let mut seats = 0..self.seats.len() as u32;
        let cancel_all = |pool: &mut Self, told: &mut u32| {
            for seat in seats.by_ref() {
                *told = seat;
                pool.cancel_child(seat, cancellation.clone());
            }
        };
        catching(self, cancel_all, Self::fail);
        Some(cancellation)
    }

    /// Those that were not polled yet, since so many others have ended, are not started in order to be cancelled.
    fn drop_fresh(&mut self) {
        while let Some(seat) = self.fresh.pop_front(&mut self.seats) {
            let (block, index) = locate_mut(&mut self.blocks, seat);
            block.slots.at(index as usize).drop_contained();
            self.seats.vacate(seat);
            self.vacant.push_front(&mut self.seats, seat);
            self.running -= 1;
        }
    }

    /// A seat that is vacant, or whose child has ended, has nothing running.
    fn cancel_child(&mut self, seat: u32, cancellation: Cancellation) {
        let (Block { slots, wakers, .. }, index) = locate_mut(&mut self.blocks, seat);
        let mut slot = slots.at(index as usize);
        let notices = self.notices.get_or_insert_default();
        let polled = wakers.with(index, |waker| {
            let cx = &mut Context::from_waker(waker);
            notices.poll_cancelled(seat, cancellation, cx, |cx, how| slot.as_mut().poll(cx, how))
        });
        if polled.is_ready() {
            self.end(seat);
        }
    }

    /// A child has ended.
    fn end(&mut self, seat: u32) {
        self.running -= 1;
        self.ready += 1;
        self.spent += 1;
        self.ended.push_back(&mut self.seats, seat);
    }
}

/// Polls a child of a pool that was cancelled before.
#[cold]
fn poll_cancelled<P, T>(
    notices: &mut HeldCancellations,
    seat: u32,
    cx: &mut Context<'_>,
    slot: Pin<&mut ChildSlot<P, T>>,
) -> Poll<ChildEnded>
where
    P: Future<Output = Result<T>>,
{
    notices.poll(seat, cx, |cx, how| slot.poll(cx, how))
}

/// The block of a seat.
#[inline(always)]
fn block_of<P, T>(blocks: &[Block<P, T>], seat: u32) -> usize {
    match blocks {
        [_] => 0,
        // It holds half of the seats or more.
        [.., last] if last.base <= seat => blocks.len() - 1,
        _ => blocks.partition_point(|block| block.base <= seat) - 1,
    }
}

/// The block of a seat, and its place there.
#[inline(always)]
fn locate_mut<P, T>(blocks: &mut [Block<P, T>], seat: u32) -> (&mut Block<P, T>, u32) {
    let block = block_of(blocks, seat);
    let block = &mut blocks[block];
    let index = seat - block.base;
    (block, index)
}

#[inline(always)]
fn link<P, T>(blocks: &[Block<P, T>], seat: u32) -> &ReadyLink {
    let block = &blocks[block_of(blocks, seat)];
    block.wakers.link(seat - block.base)
}
