//! The cancellation of all children of a pool.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::blocks::ChildSlot;
use super::Pool;
use crate::inject::{in_flight, Cancellation};
use crate::parallel::held_cancellations::HeldCancellations;
use crate::parallel::panics::catching;
use crate::parallel::slots::ChildEnded;
use crate::report::contain;
use crate::Result;

impl<P, T, I> Pool<P, T, I>
where
    P: Future<Output = Result<T>>,
{
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
        if !self.blocks.have_wakers() {
            return Some(cancellation);
        }
        let mut slots = 0..self.blocks.count();
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
