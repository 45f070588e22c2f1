//! Children that are added and removed while they run, for `WaitIterator`, `limit` and scopes.
//!
//! | file | what it holds |
//! |---|---|
//! | `poll.rs` | the polls: which children, in which order, and how many |
//! | `pass_on.rs` | a cancellation or a question, which is passed on to all children |
//! | `members.rs` | [`Members`]: the slots of a scope, which polls its children itself |
//! | `blocks.rs` | the children and their wakers, in blocks |
//! | `list.rs` | the lists of the slots that are fresh, ended and vacant |
//! | `tags.rs` | the tags of the children |
//!
//! The rest of this page is about [`Pool`].
//!
//! # Slots
//!
//! Each child has a numbered *slot*, which consists of a [`ChildSlot`](super::slots::ChildSlot),
//! the entry of its waker, and its tag. Slots are in blocks, so a child never moves. The first
//! block has exactly the children that the pool begins with, if it begins with any. A slot is
//! reused when its result was taken. So memory is bounded by the number of children at a time.
//!
//! A tag that is the position of its child takes no memory, until a slot is reused. There are no
//! wakers until a child is pending, or a further block is added: see [`LazyWakers`].
//!
//! | slot | [`insert`](Pool::insert) | polled, pending | polled, ready ([`end`](Pool::end)) | [`take_ended`](Pool::take_ended) |
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
//! | in one poll, [`ENDED_AT_ONCE`](super::ENDED_AT_ONCE) woken children have ended, and one is pending | the fresh children only; the other woken children are left for a later poll, in their order |
//! | in one poll, the executor has spent its own budget ([`is_spent_by_executor`](super::is_spent_by_executor)), and a woken child is pending | the same; if there is no result, the pool wakes itself |
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

mod blocks;
mod list;
mod members;
mod pass_on;
mod poll;
mod tags;

use std::mem;

use self::blocks::Blocks;
use self::list::{Link, SlotList};
pub(crate) use self::members::Members;
pub(crate) use self::pass_on::NamesChildren;
use self::tags::Tags;
use super::held_cancellations::HeldCancellations;
#[cfg(doc)]
use super::wakers::LazyWakers;
use super::wakers::Taken;
use crate::Result;

/// Children of one type, each with a tag that identifies it.
pub(crate) struct Pool<P, T, I> {
    blocks: Blocks<P, T>,
    tags: Tags<I>,
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

/// The children are pinned in the blocks.
impl<P, T, I> Unpin for Pool<P, T, I> {}

impl<P, T, I> Pool<P, T, I> {
    /// Children with tags of their own.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(crate) fn new(children: impl Iterator<Item = (I, P)>) -> Self {
        let mut tags = Vec::with_capacity(children.size_hint().0);
        let children = children.map(|(tag, child)| {
            tags.push(Some(tag));
            child
        });
        let blocks = Blocks::of(children);
        Pool::with(Tags::Own(tags), blocks)
    }

    /// Children whose tags are made of their positions, from 0. Also each child that is
    /// [inserted](Self::insert) later must have the tag of its position.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(crate) fn of_positions(children: impl Iterator<Item = P>, tag_of: fn(usize) -> I) -> Self {
        let blocks = Blocks::of(children);
        Pool::with(Tags::Positions { tag_of, count: blocks.count() }, blocks)
    }

    /// All slots of the blocks are fresh.
    fn with(tags: Tags<I>, blocks: Blocks<P, T>) -> Self {
        Pool {
            tags,
            fresh: SlotList::of(0..blocks.count()),
            running: blocks.count() as usize,
            blocks,
            ended: SlotList::EMPTY,
            vacant: SlotList::EMPTY,
            woken: Taken::NONE,
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
        if self.vacant.is_empty() {
            self.vacant = self.blocks.grow();
        }
        let slot = self.vacant.first().expect("a block has slots");
        let mut vacant = self.blocks.child(slot);
        self.vacant.pop_front(*vacant.as_mut().link());
        vacant.fill(child, Link::LAST);
        self.tags.put(slot, tag);
        self.blocks.append(&mut self.fresh, slot);
        self.running += 1;
        if mem::take(&mut self.awaited) {
            self.blocks.wake_parent();
        }
    }

    /// Announces a poll: children that are added before it need not wake the parent.
    pub(crate) fn will_be_polled(&mut self) {
        self.awaited = false;
    }

    /// Drops all children and results.
    pub(crate) fn clear(&mut self) {
        self.blocks.drop_running();
        *self = Pool::new(std::iter::empty());
    }

    /// The number of children whose results were not taken.
    pub(crate) fn len(&self) -> usize {
        self.running + self.ready
    }

    /// Whether all results were taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is a result that was not taken.
    pub(crate) fn has_result(&self) -> bool {
        self.ready > 0
    }

    /// Takes the next result, without a poll of any child.
    #[inline]
    pub(crate) fn take_ended(&mut self) -> Option<(I, Result<T>)> {
        let slot = self.ended.first()?;
        // The slot that was used last is reused first, because it is still in the cache.
        let (link, result) = self.blocks.child(slot).vacate(self.vacant.push_front(slot));
        self.ended.pop_front(link);
        self.ready -= 1;
        let ended = self.tags.take(slot).zip(result);
        Some(ended.expect("a slot is in `ended` once, with the tag and the result of its child"))
    }
}
