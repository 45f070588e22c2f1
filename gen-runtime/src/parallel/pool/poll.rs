//! The polls of a pool: see "Order" and "Fairness" at the top of [`pool`](super).

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::blocks::ChildSlot;
use super::list::Link;
use super::pass_on::{poll_cancelled, NamesChildren};
use super::Pool;
use crate::inject::{answering, in_flight, Cancellation};
use crate::parallel::budget::{is_spent_by_executor, ENDED_AT_ONCE};
use crate::parallel::panics::catching;
use crate::parallel::slots::{ChildEnded, PollMode};
use crate::parallel::wakers::LazyWakers;
use crate::{Error, Result};

impl<P, T, I> Pool<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    /// Polls for the next result, with its tag. `None` if there are no children.
    ///
    /// An injected error is hidden from the children, so that the yield of the pool takes it. If
    /// there is no result, a cancellation is passed on to each child, and then to `on_cancel`. A
    /// question is passed on, too, and `named` names the children in the answer.
    #[inline]
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        named: &impl NamesChildren<I>,
        on_cancel: impl FnOnce(Cancellation),
    ) -> Poll<Option<(I, Result<T>)>> {
        if in_flight::any_in_flight() && self.answers_only(cx, named) {
            return Poll::Pending;
        }
        if !self.ended.is_empty() && !self.has_work() {
            self.awaited = false;
            return Poll::Ready(self.take_ended());
        }
        self.poll_for_next(cx, named, on_cancel)
    }

    /// Whether the last poll has left nothing to do until a child wakes the pool. There may be
    /// results.
    #[cold]
    pub(crate) fn only_waits(&self) -> bool {
        !self.is_empty() && self.blocks.have_wakers() && !self.has_work()
    }

    /// Answers a question if this poll is to do nothing else, and returns whether it is. If there
    /// is a result, asks for the next poll, which takes it.
    #[cold]
    #[inline(never)]
    fn answers_only(&mut self, cx: &mut Context<'_>, named: &impl NamesChildren<I>) -> bool {
        if !answering::only_answers(cx.waker()) || !self.only_waits() {
            return false;
        }
        self.pass_on(cx, named);
        if !self.ended.is_empty() {
            cx.waker().wake_by_ref();
        }
        true
    }

    fn poll_for_next(
        &mut self,
        cx: &mut Context<'_>,
        named: &impl NamesChildren<I>,
        on_cancel: impl FnOnce(Cancellation),
    ) -> Poll<Option<(I, Result<T>)>> {
        if self.ended.is_empty() && self.running == 0 {
            return Poll::Ready(None);
        }
        self.blocks.come_here(&mut self.woken);
        if self.ended.is_empty() {
            // Before the queue is read: a child that is woken later wakes this waker.
            self.blocks.set_parent(cx.waker());
        }
        if self.has_work() {
            if self.woken.is_empty() && !self.is_spent() {
                in_flight::without_injected_apart(|| self.poll_children(cx));
            } else if self.poll_in_turn(cx) {
                // An injection is left to the yield of the pool.
                self.spent = 0;
                self.awaited = true;
                return Poll::Pending;
            }
        }
        if self.ended.is_empty() {
            if let Some(cancellation) = self.pass_on(cx, named) {
                on_cancel(cancellation);
            }
        }
        self.awaited = self.ended.is_empty();
        if !self.awaited {
            return Poll::Ready(self.take_ended());
        }
        self.spent = 0;
        if !self.woken.is_empty() {
            // The budget of the executor was spent. The wakes of these children were taken already,
            // so nothing else asks for the next poll.
            self.rested = true;
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// The poll of a pool that has left woken children, or has spent its budget: see "Fairness" at
    /// the top of the module. Returns whether it polls nothing.
    #[cold]
    fn poll_in_turn(&mut self, cx: &mut Context<'_>) -> bool {
        let is_left = !self.woken.is_empty();
        if is_left && !self.ended.is_empty() {
            self.drive_fresh(cx);
            return false;
        }
        let is_fed = !is_left && self.blocks.no_child_is_woken();
        if is_fed && !self.ended.is_empty() {
            // Without this, children that are added as fast as results are taken would be polled
            // for ever, and there would always be a result.
            return false;
        }
        let rests = is_fed || is_left && !self.rested && !in_flight::reaches_all_woken();
        if self.ended.is_empty() && rests {
            self.rested = is_left;
            cx.waker().wake_by_ref();
            return true;
        }
        in_flight::without_injected_apart(|| self.poll_children(cx));
        false
    }

    /// Polls each child that is woken or fresh, once. Children that are woken later wake `cx`. The
    /// results can then be [taken](Self::take_ended).
    ///
    /// When [`ENDED_AT_ONCE`] children have ended, the other woken ones are left for the next poll.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        self.spent = 0;
        self.blocks.come_here(&mut self.woken);
        self.blocks.set_parent(cx.waker());
        if self.has_work() {
            in_flight::without_injected_apart(|| self.poll_children(cx));
        }
    }

    /// Polls the children that were inserted since the last [`drive`](Self::drive), with the same
    /// `cx`.
    pub(crate) fn drive_fresh(&mut self, cx: &mut Context<'_>) {
        if !self.fresh.is_empty() {
            // The wakers may be newer than the last `drive`.
            self.blocks.set_parent(cx.waker());
            in_flight::without_injected_apart(|| self.poll_fresh_only(cx));
        }
    }

    /// Whether woken or fresh children are left, for which the caller has to ask for another poll.
    pub(crate) fn leaves_some(&self) -> bool {
        !self.fresh.is_empty() || !self.woken.is_empty()
    }

    #[inline]
    fn has_work(&self) -> bool {
        !self.fresh.is_empty() || !self.woken.is_empty() || !self.blocks.no_child_is_woken()
    }

    /// Whether the budget is spent, so that other futures should get a turn.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent >= ENDED_AT_ONCE
    }

    /// Polls each child that is woken or fresh, once.
    fn poll_children(&mut self, cx: &mut Context<'_>) {
        if !self.woken.is_empty() {
            self.poll_left();
        }
        if !self.woken.is_empty() || !self.blocks.have_wakers() {
            return self.poll_fresh_only(cx);
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

    fn poll_fresh_only(&mut self, cx: &mut Context<'_>) {
        if self.blocks.have_wakers() {
            catching(self, Self::poll_fresh, Self::fail);
        } else {
            self.poll_first(cx);
        }
    }

    /// Polls the fresh children of a pool that has no wakers.
    fn poll_first(&mut self, cx: &mut Context<'_>) {
        let lazy = LazyWakers::new(self.blocks.count() as usize, cx.waker());
        let poll_all = |pool: &mut Self, polled: &mut u32| {
            while let Some(slot) = pool.fresh.first() {
                *polled = slot;
                let mut child = pool.blocks.child(slot);
                pool.fresh.pop_front(started(child.as_mut()));
                let poll = |waker: &Waker| child.poll(&mut Context::from_waker(waker), PollMode::Plain);
                if lazy.with(slot, poll).is_ready() {
                    pool.end(slot);
                }
            }
        };
        catching(self, poll_all, Self::fail);
        if self.running > 0 {
            self.blocks.set_wakers(lazy.into_wakers());
        }
    }

    #[inline]
    fn take_woken(&mut self) {
        self.woken = self.blocks.take_woken();
        if !self.woken.is_empty() {
            self.spent = 0;
        }
    }

    fn poll_woken(&mut self, polled: &mut u32) {
        while let Some(slot) = self.blocks.next_of(&mut self.woken) {
            *polled = slot;
            if self.poll_child(slot, false) == Some(Poll::Pending)
                && (self.is_spent() || is_spent_by_executor())
                && !in_flight::reaches_all_woken()
            {
                return;
            }
        }
    }

    fn poll_fresh(&mut self, polled: &mut u32) {
        while let Some(slot) = self.fresh.first() {
            *polled = slot;
            let _ended = self.poll_child(slot, true);
        }
    }

    /// Ends a child that has panicked.
    #[cold]
    pub(super) fn fail(&mut self, slot: u32, error: Error) {
        let cx = &mut Context::from_waker(Waker::noop());
        if self.blocks.child(slot).poll(cx, PollMode::Panicked(error)).is_ready() {
            self.end(slot);
        }
    }

    /// Polls the child of a slot. In a first poll the slot is the first of `fresh`, and leaves that
    /// list. Returns `None`, without a poll, if a wake has named a slot without a running child:
    /// the child has ended since, or is fresh and keeps its place.
    #[inline]
    fn poll_child(&mut self, slot: u32, is_first: bool) -> Option<Poll<ChildEnded>> {
        let Pool { blocks, fresh, held, .. } = self;
        let polled = blocks.with(slot, |mut child, cx| {
            if is_first {
                fresh.pop_front(started(child.as_mut()));
            } else if *child.as_mut().link() != Link::IN_NO_LIST {
                return None;
            }
            Some(match held {
                None => child.poll(cx, PollMode::Plain),
                Some(held) => poll_cancelled(held, slot, cx, child),
            })
        });
        if polled.is_some_and(|polled| polled.is_ready()) {
            self.end(slot);
        }
        polled
    }

    /// Records that the child has ended.
    #[inline]
    pub(super) fn end(&mut self, slot: u32) {
        self.running -= 1;
        self.ready += 1;
        self.spent += 1;
        self.blocks.append(&mut self.ended, slot);
    }
}

/// The link of a fresh child, which is to be polled.
#[inline]
fn started<P, T>(child: Pin<&mut ChildSlot<P, T>>) -> Link {
    mem::replace(child.link(), Link::IN_NO_LIST)
}
