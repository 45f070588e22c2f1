//! What groups and tuples have in common: whom to poll, and when all have ended.

use std::task::{Context, Poll};

use super::notices::Notices;
use super::policy::Policy;
use super::slots::{Ended, How};
use super::wakers::Wakers;
use crate::cancel::Cancellation;
use crate::coroutine::throw;

/// The progress of a number of children.
pub(super) struct Engine {
    /// How many there are.
    count: usize,
    /// How many have not ended.
    running: usize,
    /// Whether one has failed.
    failed: bool,
    /// Their wakers; none before the first poll.
    wakers: Option<Wakers>,
    policy: Policy,
    /// None before the first cancellation. A group that was cancelled is not ended by a failure any more: every child may clean up.
    notices: Option<Box<Notices>>,
}

impl Engine {
    pub(super) fn new(count: usize) -> Self {
        Engine { count, running: count, failed: false, wakers: None, policy: Policy::DEFAULT, notices: None }
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    pub(super) fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    pub(super) fn has_failure(&self) -> bool {
        self.failed
    }

    /// Polls the children that may go on: all in the first poll, later those that were woken. Ready when all have ended, or
    /// one of them has ended the whole; the children that have not ended are then the caller's to drop.
    ///
    /// They do not see an error in flight: the yield that waits for all of them takes it. A cancellation is handed on to each.
    #[inline]
    pub(super) fn drive(
        &mut self,
        cx: &mut Context<'_>,
        mut poll_child: impl FnMut(usize, &mut Context<'_>, How<'_>) -> Poll<Ended>,
    ) -> Poll<()> {
        if self.running > 0 {
            throw::hide(|| self.poll_children(cx, &mut poll_child));
            if self.running > 0 && throw::any_in_flight() {
                self.cancel_children(cx, &mut poll_child);
            }
        }
        if self.running == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_children(
        &mut self,
        cx: &mut Context<'_>,
        poll_child: &mut impl FnMut(usize, &mut Context<'_>, How<'_>) -> Poll<Ended>,
    ) {
        let first = self.wakers.is_none();
        let wakers = self.wakers.get_or_insert_with(|| Wakers::new(self.count));
        wakers.set_parent(cx.waker());
        let (running, failed, until) = (&mut self.running, &mut self.failed, self.policy.until);
        let notices = &mut self.notices;
        // Whether the others may go on.
        let mut poll = |child: u32| {
            let polled = wakers.with(child, |waker| {
                let cx = &mut Context::from_waker(waker);
                match notices {
                    None => poll_child(child as usize, cx, How::Plain),
                    Some(notices) => notices.poll(child, cx, |cx, how| poll_child(child as usize, cx, how)),
                }
            });
            let Poll::Ready(ended) = polled else { return true };
            *running -= 1;
            *failed |= ended == Ended::Failed;
            let goes_on = !(until.is_reached(ended == Ended::Failed) && notices.is_none());
            if !goes_on {
                *running = 0;
            }
            goes_on
        };
        if first {
            wakers.children().all(poll);
        } else {
            let mut woken = wakers.take_woken();
            while wakers.next_of(&mut woken).is_some_and(&mut poll) {}
        }
    }

    /// If the group is cancelled in this poll: cancels each child.
    #[cold]
    fn cancel_children(
        &mut self,
        cx: &mut Context<'_>,
        poll_child: &mut impl FnMut(usize, &mut Context<'_>, How<'_>) -> Poll<Ended>,
    ) {
        if let Some(cancellation) = throw::take_cancel(cx.waker()) {
            self.cancel(&cancellation, poll_child);
        }
    }

    /// Whether it was cancelled, from outside or by [`cancel`](Self::cancel).
    pub(super) fn is_cancelled(&self) -> bool {
        self.notices.is_some()
    }

    /// Whether no child is running.
    pub(super) fn is_over(&self) -> bool {
        self.running == 0
    }

    /// Cancels each child that is running. They must have been polled before.
    #[cold]
    pub(super) fn cancel(
        &mut self,
        cancellation: &Cancellation,
        mut poll_child: impl FnMut(usize, &mut Context<'_>, How<'_>) -> Poll<Ended>,
    ) {
        let Some(wakers) = &self.wakers else { return };
        let notices = self.notices.get_or_insert_default();
        for child in wakers.children() {
            let told = |waker: &_| {
                let cx = &mut Context::from_waker(waker);
                notices.tell(child, cancellation.clone(), cx, |cx, how| poll_child(child as usize, cx, how))
            };
            if let Poll::Ready(ended) = wakers.with(child, told) {
                self.running -= 1;
                self.failed |= ended == Ended::Failed;
            }
        }
    }
}
