//! What groups and tuples have in common: whom to poll, and when all have ended.

use std::mem;
use std::task::{Context, Poll, Waker};

use super::budget::ENDED_AT_ONCE;
use super::held_cancellations::HeldCancellations;
use super::panics::catching;
use super::policy::Policy;
use super::ready::Taken;
use super::slots::{ChildEnded, PollMode};
use super::wakers::Wakers;
use crate::inject::{in_flight, Cancellation};
use crate::Error;

/// How a group polls one of its children in some way.
type PollChild<'a> = dyn FnMut(usize, &mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded> + 'a;

/// The progress of a number of children.
pub(super) struct Engine {
    /// How many there are.
    count: usize,
    progress: GroupProgress,
    /// Children that were woken, and are left to this poll by the one before.
    left: Taken,
    /// Their wakers; none before the first poll.
    wakers: Option<Wakers>,
    /// None before the first cancellation. A group that was cancelled is not ended by a failure any more: every child may clean up.
    notices: Option<Box<HeldCancellations>>,
}

struct GroupProgress {
    /// How many have not ended.
    running: usize,
    /// Whether one has failed.
    failed: bool,
    policy: Policy,
}

impl GroupProgress {
    /// Counts a child that has ended. If it has ended the whole, no other one is running.
    #[inline]
    fn count(&mut self, ended: ChildEnded, is_cancelled: bool) {
        self.running -= 1;
        self.failed |= ended == ChildEnded::Failed;
        if self.policy.until.is_reached(ended == ChildEnded::Failed) && !is_cancelled {
            self.running = 0;
        }
    }
}

impl Engine {
    pub(super) fn new(count: usize) -> Self {
        let progress = GroupProgress { running: count, failed: false, policy: Policy::DEFAULT };
        Engine { count, progress, left: Taken::NONE, wakers: None, notices: None }
    }

    pub(super) fn policy(&self) -> Policy {
        self.progress.policy
    }

    pub(super) fn set_policy(&mut self, policy: Policy) {
        self.progress.policy = policy;
    }

    pub(super) fn has_failure(&self) -> bool {
        self.progress.failed
    }

    /// Polls the children that may go on: all in the first poll, later those that were woken. Ready when all have ended, or
    /// one of them has ended the whole; the children that have not ended are then the caller's to drop.
    ///
    /// They do not see an error in flight: the yield that waits for all of them takes it. A cancellation is handed on to each. A child that panics has failed.
    #[inline]
    pub(super) fn drive(
        &mut self,
        cx: &mut Context<'_>,
        mut poll_child: impl FnMut(usize, &mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    ) -> Poll<()> {
        if self.progress.running > 0 {
            in_flight::without_injected(|| self.poll_children(cx, &mut poll_child));
            if self.progress.running > 0 && in_flight::any_in_flight() {
                self.take_cancel(cx, &mut poll_child);
            }
        }
        if self.progress.running == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_children(
        &mut self,
        cx: &mut Context<'_>,
        poll_child: &mut impl FnMut(usize, &mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    ) {
        let is_first = self.wakers.is_none();
        let wakers = self.wakers.get_or_insert_with(|| Wakers::new(self.count));
        wakers.set_parent(cx.waker());
        if is_first {
            let mut children = wakers.children();
            self.poll_each(|_| children.next(), 0, poll_child);
            return;
        }
        let mut woken = mem::replace(&mut self.left, Taken::NONE);
        let mut is_taken = woken.is_empty();
        if is_taken {
            woken = wakers.take_woken();
        }
        let next = |wakers: &Wakers| {
            wakers.next_of(&mut woken).or_else(|| {
                if !mem::replace(&mut is_taken, true) {
                    woken = wakers.take_woken();
                }
                wakers.next_of(&mut woken)
            })
        };
        // All that are ready come before a cancellation.
        let may_end = if in_flight::any_in_flight() { usize::MAX } else { ENDED_AT_ONCE };
        let enough = self.progress.running.saturating_sub(may_end);
        self.poll_each(next, enough, poll_child);
        // Who is woken while the queue is not empty does not wake the parent.
        if !woken.is_empty() || !is_taken {
            self.rest(woken, cx.waker());
        }
    }

    /// Leaves children to the next poll, and asks for it.
    #[cold]
    fn rest(&mut self, woken: Taken, waker: &Waker) {
        // What has ended with the whole is polled no more.
        if self.progress.running > 0 {
            self.left = woken;
            waker.wake_by_ref();
        }
    }

    /// Polls the children that `next` gives, one after the other, as long as they may go on; no further than to one that is pending when no more than `enough` are
    /// running.
    fn poll_each<F>(
        &mut self,
        mut next: impl FnMut(&Wakers) -> Option<u32>,
        enough: usize,
        poll_child: &mut F,
    ) where
        F: FnMut(usize, &mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    {
        let poll_all = |(engine, poll_child): &mut (&mut Self, &mut F), child: &mut u32| {
            let Engine { progress, wakers: Some(wakers), notices, .. } = &mut **engine else { return };
            while progress.running > 0 {
                let Some(next) = next(wakers) else { return };
                *child = next;
                let polled = wakers.with(next, |waker| {
                    let cx = &mut Context::from_waker(waker);
                    match notices {
                        None => poll_child(next as usize, cx, PollMode::Plain),
                        Some(notices) => poll_cancelled(notices, next, cx, *poll_child),
                    }
                });
                match polled {
                    Poll::Ready(ended) => progress.count(ended, notices.is_some()),
                    Poll::Pending if progress.running <= enough => return,
                    Poll::Pending => {}
                }
            }
        };
        catching(&mut (self, poll_child), poll_all, |(engine, poll_child), child, error| {
            engine.fail(child, error, *poll_child);
        });
    }

    /// A child has panicked.
    #[cold]
    fn fail(&mut self, child: u32, error: Error, poll_child: &mut PollChild<'_>) {
        let cx = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(ended) = poll_child(child as usize, cx, PollMode::Panicked(error)) {
            self.progress.count(ended, self.notices.is_some());
        }
    }

    /// If the group is cancelled in this poll: cancels each child.
    #[cold]
    fn take_cancel(&mut self, cx: &mut Context<'_>, poll_child: &mut PollChild<'_>) {
        if let Some(cancellation) = in_flight::take_cancel(cx.waker()) {
            self.cancel(&cancellation, poll_child);
        }
    }

    /// Whether it was cancelled, from outside or by [`cancel`](Self::cancel).
    pub(super) fn is_cancelled(&self) -> bool {
        self.notices.is_some()
    }

    /// Whether no child is running.
    pub(super) fn is_over(&self) -> bool {
        self.progress.running == 0
    }

    /// Cancels each child that is running. They must have been polled before.
    #[cold]
    pub(super) fn cancel(&mut self, cancellation: &Cancellation, poll_child: &mut PollChild<'_>) {
        let Some(wakers) = &self.wakers else { return };
        let mut children = wakers.children();
        self.notices.get_or_insert_default();
        let poll_all = |(engine, poll_child): &mut (&mut Self, &mut PollChild<'_>), child: &mut u32| {
            for next in children.by_ref() {
                *child = next;
                engine.cancel_child(next, cancellation.clone(), *poll_child);
            }
        };
        catching(&mut (self, poll_child), poll_all, |(engine, poll_child), child, error| {
            engine.fail(child, error, *poll_child);
        });
    }

    fn cancel_child(&mut self, child: u32, cancellation: Cancellation, poll_child: &mut PollChild<'_>) {
        let Engine { progress, wakers: Some(wakers), notices: Some(notices), .. } = self else { return };
        let told = wakers.with(child, |waker| {
            let cx = &mut Context::from_waker(waker);
            notices.poll_cancelled(child, cancellation, cx, |cx, how| poll_child(child as usize, cx, how))
        });
        if let Poll::Ready(ended) = told {
            progress.count(ended, true);
        }
    }
}

/// Polls a child of a group that was cancelled before.
#[cold]
fn poll_cancelled(
    notices: &mut HeldCancellations,
    child: u32,
    cx: &mut Context<'_>,
    poll_child: &mut PollChild<'_>,
) -> Poll<ChildEnded> {
    notices.poll(child, cx, |cx, how| poll_child(child as usize, cx, how))
}
