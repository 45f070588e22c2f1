//! A cancellation or a question, which a pool passes on to all of its children.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::blocks::ChildSlot;
use super::list::Link;
use super::Pool;
use crate::error::ChildKey;
use crate::inject::question::{Asked, Asking, Children, Shown};
use crate::inject::{answering, in_flight, Cancellation};
use crate::parallel::held_cancellations::HeldCancellations;
use crate::parallel::panics::catching;
use crate::parallel::slots::{ChildEnded, PollMode};
use crate::report::contain;
use crate::Result;

/// Names the children of a pool in the answer to a question.
pub(crate) trait NamesChildren<I> {
    /// The name of the whole, such as "a `limit`".
    fn group(&self) -> &'static str;

    /// The name of the child with that tag, if it has one. It may be printed by code of the user.
    fn key(&self, tag: &I, shown: Shown) -> Option<ChildKey>;
}

impl<P, T, I> Pool<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    /// If a cancellation is in flight for the pool, takes and returns it, and cancels each child.
    /// Fresh children are dropped. If a question is in flight, asks each child. The woken children
    /// must have been polled before.
    #[inline]
    pub(crate) fn pass_on(
        &mut self,
        cx: &mut Context<'_>,
        named: &impl NamesChildren<I>,
    ) -> Option<Cancellation> {
        if in_flight::any_in_flight() {
            self.pass_on_in_flight(cx, named)
        } else {
            None
        }
    }

    #[cold]
    fn pass_on_in_flight(
        &mut self,
        cx: &mut Context<'_>,
        named: &dyn NamesChildren<I>,
    ) -> Option<Cancellation> {
        if let Some(shown) = answering::question(cx.waker()) {
            self.ask(shown, cx.waker(), named);
            return None;
        }
        let cancellation = in_flight::take_cancel(cx.waker())?;
        self.cancel(&cancellation);
        Some(cancellation)
    }

    /// Cancels each child. Fresh children are dropped. The pool must have been polled before.
    #[cold]
    pub(crate) fn cancel(&mut self, cancellation: &Cancellation) {
        self.drop_fresh();
        if !self.blocks.have_wakers() {
            return;
        }
        let mut slots = 0..self.blocks.count();
        let cancel_all = |pool: &mut Self, polled: &mut u32| {
            for slot in slots.by_ref() {
                *polled = slot;
                pool.cancel_child(slot, cancellation.clone());
            }
        };
        catching(self, cancel_all, Self::fail);
    }

    /// A child that was never polled is not started just to be cancelled.
    fn drop_fresh(&mut self) {
        while let Some(slot) = self.fresh.first() {
            let mut child = self.blocks.child(slot);
            child.as_mut().drop_contained();
            let link = self.vacant.push_front(slot);
            self.fresh.pop_front(std::mem::replace(child.link(), link));
            self.running -= 1;
            // A tag may be a key of the user.
            contain("the drop of a key", || drop(self.tags.take(slot)));
        }
    }

    /// Asks each child. A child that is ready then has ended, as if it had been woken. Then the
    /// pool says nothing: the caller goes on with the result.
    fn ask(&mut self, shown: Shown, parent: &Waker, named: &dyn NamesChildren<I>) {
        let mut answer = Children::new(named.group(), None);
        let mut slots = 0..self.blocks.count();
        let ask_all = |pool: &mut Self, polled: &mut u32| {
            for slot in slots.by_ref() {
                *polled = slot;
                let Some(asked) = pool.ask_child(slot, shown) else { continue };
                let key = pool.tags.with(slot, |tag| named.key(tag, shown)).flatten();
                let key = key.unwrap_or(ChildKey::Index(slot as usize));
                answer.unfinished.push(asked.into_child(key));
            }
        };
        if self.blocks.have_wakers() {
            catching(self, ask_all, Self::fail);
        }
        if self.ended.is_empty() {
            // Counted now, since a child may have used one of the clones to wake the parent.
            let kept = self.blocks.kept_of(parent);
            answering::say_children(self, parent, kept, answer);
        }
    }

    /// Returns the answer of a child that stays pending. Does nothing if the slot has no running
    /// child, or if the child was never polled.
    fn ask_child(&mut self, slot: u32, shown: Shown) -> Option<Asked> {
        let mut asking = Asking::new(shown);
        // A child that was woken does not wait. It would go on only because it was asked.
        if asking.only_answers() && self.blocks.child_and_is_queued(slot).1 {
            return None;
        }
        let held = &mut self.held;
        let polled = self.blocks.with(slot, |mut child, cx| {
            if *child.as_mut().link() != Link::IN_NO_LIST {
                return Poll::Pending;
            }
            // It may take its cancellation now, and then waits for something else.
            let waits = held.as_mut().filter(|held| held.has(slot) && !shown.only_answers);
            match waits.map(|held| poll_cancelled(held, slot, cx, child.as_mut())) {
                Some(ended @ Poll::Ready(_)) => ended,
                _ => child.as_mut().poll(cx, PollMode::Ask(&mut asking)),
            }
        });
        if polled.is_ready() {
            // The slot may get another child.
            held.iter_mut().for_each(|held| held.forget(slot));
            self.end(slot);
            in_flight::child_goes_on(None);
            return None;
        }
        asking.into_asked()
    }

    /// Does nothing if the slot has no running child.
    fn cancel_child(&mut self, slot: u32, cancellation: Cancellation) {
        let held = self.held.get_or_insert_default();
        let polled = self.blocks.with(slot, |mut child, cx| {
            held.poll_cancelled(slot, cancellation, cx, |cx, mode| child.as_mut().poll(cx, mode))
        });
        if polled.is_ready() {
            self.end(slot);
        }
    }
}

/// Polls a child of a pool that was cancelled in an earlier poll.
#[cold]
pub(super) fn poll_cancelled<P, T>(
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
