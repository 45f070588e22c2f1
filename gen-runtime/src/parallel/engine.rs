//! The engine of groups, tuples and races: which children to poll, and when the whole has ended.

use std::mem;
use std::task::{Context, Poll, Waker};

use super::budget::{is_spent_by_executor, ENDED_AT_ONCE};
use super::held_cancellations::HeldCancellations;
use super::panics::catching;
use super::policy::Policy;
use super::slots::{ChildEnded, PollMode};
use super::wakers::{LazyWakers, Taken, Wakers};
use crate::error::ChildKey;
use crate::inject::question::{Asked, Asking, Children as Answered, Shown};
use crate::inject::{answering, in_flight, Cancellation, WaitMark};
use crate::Error;

/// The children of a group.
pub(super) trait Children {
    /// Polls the child of an index.
    fn poll(&mut self, child: usize, cx: &mut Context<'_>, mode: PollMode<'_>) -> Poll<ChildEnded>;

    /// The name of the group in the answer to a question, such as "a list".
    fn group(&self) -> &'static str;

    /// The name of a child in that answer. It may be printed by code of the user.
    fn key(&self, child: usize) -> ChildKey {
        ChildKey::Index(child)
    }

    /// Whether the children are about to be cancelled, so that their answers do not count.
    fn will_be_cancelled(&self) -> bool {
        false
    }
}

/// Children of different types, which the closure polls.
pub(super) struct Polled<F> {
    pub(super) poll: F,
    pub(super) group: &'static str,
}

impl<F> Children for Polled<F>
where
    F: FnMut(usize, &mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
{
    #[inline]
    fn poll(&mut self, child: usize, cx: &mut Context<'_>, mode: PollMode<'_>) -> Poll<ChildEnded> {
        (self.poll)(child, cx, mode)
    }

    fn group(&self) -> &'static str {
        self.group
    }
}

/// The progress of a group. The children themselves are in the group.
pub(super) struct Engine {
    /// The number of children.
    count: usize,
    progress: GroupProgress,
    mark: WaitMark,
    /// Woken children that the last poll has left for the next one.
    left: Taken,
    /// None before the end of the first poll.
    wakers: Option<Wakers>,
    /// None before the first cancellation. After it no failure ends the group, since every child
    /// may clean up.
    held: Option<Box<HeldCancellations>>,
}

struct GroupProgress {
    /// The number of children that have not ended; 0 if the whole has ended.
    running: usize,
    failed: bool,
    policy: Policy,
}

impl GroupProgress {
    /// Counts a child that has ended. If it ends the whole by the policy, sets `running` to 0.
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
        Engine { count, progress, mark: WaitMark::NEW, left: Taken::NONE, wakers: None, held: None }
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

    /// Polls all children in the first call, and later the woken ones. Ready when all have ended,
    /// or one has ended the whole by the policy. Then the caller has to drop the children that have
    /// not ended.
    ///
    /// An injected error is hidden from the children, so that the yield of the group takes it. A
    /// cancellation, and a question, are passed on to each child. A child that panics has failed.
    #[inline]
    pub(super) fn drive(&mut self, cx: &mut Context<'_>, children: &mut impl Children) -> Poll<()> {
        if self.progress.running > 0 {
            if in_flight::any_in_flight() && self.answers_only(cx, children) {
                return Poll::Pending;
            }
            in_flight::without_injected_apart(|| self.poll_children(cx, children));
            if self.progress.running > 0 && in_flight::any_in_flight() {
                self.pass_on_pending(cx, children);
            }
        }
        if self.progress.running == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    fn poll_children(&mut self, cx: &mut Context<'_>, children: &mut impl Children) {
        match &self.wakers {
            None => return self.poll_first(cx, children),
            Some(wakers) if !wakers.is_here() => self.take_over(),
            Some(_) => {}
        }
        let Some(wakers) = &self.wakers else { return };
        wakers.set_parent(cx.waker());
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
        // All results come before a cancellation.
        let may_stop = !in_flight::reaches_all_woken();
        let enough = may_stop.then(|| self.progress.running.saturating_sub(ENDED_AT_ONCE));
        self.poll_each(next, enough, children);
        // A wake of a child does not wake the parent while the queue is not empty.
        if !woken.is_empty() || !is_taken {
            self.rest(woken, cx.waker());
        }
    }

    /// Polls all children, in order.
    #[inline]
    fn poll_first<C>(&mut self, cx: &mut Context<'_>, children: &mut C)
    where
        C: Children,
    {
        let lazy = LazyWakers::new(self.count, cx.waker());
        let mut indices = 0..self.count;
        let poll_all = |(engine, children): &mut (&mut Self, &mut C), child: &mut u32| {
            while engine.progress.running > 0 {
                let Some(next) = indices.next() else { return };
                *child = next as u32;
                let polled = lazy.with(*child, |waker| {
                    children.poll(next, &mut Context::from_waker(waker), PollMode::Plain)
                });
                if let Poll::Ready(ended) = polled {
                    engine.progress.count(ended, false);
                }
            }
        };
        catching(&mut (&mut *self, children), poll_all, |(engine, children), child, error| {
            engine.fail(child, error, *children);
        });
        if self.progress.running > 0 {
            self.wakers = Some(lazy.into_wakers());
        }
    }

    /// The group has come to another thread: see [`wakers`](super::wakers).
    #[cold]
    fn take_over(&mut self) {
        let Some(old) = &self.wakers else { return };
        let left = mem::replace(&mut self.left, Taken::NONE);
        let new = old.taken_over();
        old.hand_over(&left, |child| old.link(child), &new, |child| new.link(child));
        new.children().for_each(|child| new.requeue(child, new.link(child)));
        self.wakers = Some(new);
    }

    /// Leaves `woken` for the next poll, and asks for that poll.
    #[cold]
    fn rest(&mut self, woken: Taken, waker: &Waker) {
        if self.progress.running > 0 {
            self.left = woken;
            waker.wake_by_ref();
        }
    }

    /// Polls the children that `next` returns, in that order. It stops when the whole has ended, or
    /// at a pending child when the budget is spent: at most `enough` children are running, or the
    /// budget of the executor is spent. Without `enough` it goes on.
    fn poll_each<C>(
        &mut self,
        mut next: impl FnMut(&Wakers) -> Option<u32>,
        enough: Option<usize>,
        children: &mut C,
    ) where
        C: Children,
    {
        let poll_all = |(engine, children): &mut (&mut Self, &mut C), child: &mut u32| {
            let Engine { progress, wakers: Some(wakers), held, .. } = &mut **engine else { return };
            while progress.running > 0 {
                let Some(next) = next(wakers) else { return };
                *child = next;
                let polled = wakers.with(next, |waker| {
                    let cx = &mut Context::from_waker(waker);
                    match held {
                        None => children.poll(next as usize, cx, PollMode::Plain),
                        Some(held) => poll_cancelled(held, next, cx, *children),
                    }
                });
                match polled {
                    Poll::Ready(ended) => progress.count(ended, held.is_some()),
                    Poll::Pending => {
                        if enough.is_some_and(|enough| progress.running <= enough || is_spent_by_executor()) {
                            return;
                        }
                    }
                }
            }
        };
        catching(&mut (self, children), poll_all, |(engine, children), child, error| {
            engine.fail(child, error, *children);
        });
    }

    /// Ends a child that has panicked.
    #[cold]
    fn fail(&mut self, child: u32, error: Error, children: &mut dyn Children) {
        let cx = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(ended) = children.poll(child as usize, cx, PollMode::Panicked(error)) {
            self.progress.count(ended, self.held.is_some());
        }
    }

    /// If a cancellation is in flight for the group, takes it and cancels each child. If a question
    /// is, asks each child.
    #[cold]
    pub(super) fn pass_on(&mut self, cx: &mut Context<'_>, children: &mut dyn Children) {
        if let Some(cancellation) = in_flight::take_cancel(cx.waker()) {
            self.cancel(&cancellation, children);
        } else if let Some(shown) = answering::question(cx.waker()) {
            self.ask(shown, cx.waker(), children);
        }
    }

    /// As `pass_on`, in a poll after which the group is pending unless this ends it.
    #[cold]
    fn pass_on_pending(&mut self, cx: &mut Context<'_>, children: &mut dyn Children) {
        self.pass_on(cx, children);
        if self.progress.running > 0 {
            self.mark.stays_pending(cx.waker());
        }
    }

    /// Answers a question if this poll is to do nothing else, and returns whether it is. If that
    /// ends the whole, asks for the next poll.
    #[cold]
    #[inline(never)]
    fn answers_only(&mut self, cx: &mut Context<'_>, children: &mut dyn Children) -> bool {
        // Before its first poll nothing would wake it.
        if !answering::only_answers(cx.waker()) || self.wakers.is_none() {
            return false;
        }
        self.pass_on(cx, children);
        if self.progress.running == 0 {
            cx.waker().wake_by_ref();
        }
        true
    }

    /// Whether the group was cancelled, by an injection or by [`cancel`](Self::cancel).
    pub(super) fn is_cancelled(&self) -> bool {
        self.held.is_some()
    }

    /// Whether all children have ended, or the whole.
    pub(super) fn is_over(&self) -> bool {
        self.progress.running == 0
    }

    /// Cancels each running child. The group must have been polled before.
    #[cold]
    pub(super) fn cancel(&mut self, cancellation: &Cancellation, children: &mut dyn Children) {
        let Some(wakers) = &self.wakers else { return };
        let mut indices = wakers.children();
        self.held.get_or_insert_default();
        let poll_all = |(engine, children): &mut (&mut Self, &mut dyn Children), child: &mut u32| {
            for next in indices.by_ref() {
                *child = next;
                engine.cancel_child(next, cancellation.clone(), *children);
            }
        };
        catching(&mut (self, children), poll_all, |(engine, children), child, error| {
            engine.fail(child, error, *children);
        });
    }

    /// Asks each running child, and says what they wait for, unless this has ended the whole.
    #[cold]
    fn ask(&mut self, shown: Shown, parent: &Waker, children: &mut dyn Children) {
        let answer = self.ask_children(shown, children);
        if self.progress.running > 0 && !children.will_be_cancelled() {
            // Counted now, since a child may have used one of the clones to wake the parent.
            let kept = self.wakers.as_ref().map_or(0, |wakers| wakers.kept_of(parent));
            answering::say_children(self, parent, kept, answer);
        }
    }

    /// Returns the answers of the children that stay pending. A child that is ready then has ended,
    /// as if it had been woken.
    fn ask_children(&mut self, shown: Shown, children: &mut dyn Children) -> Answered {
        let mut answer = Answered::new(children.group(), Some(self.count));
        let Some(wakers) = &self.wakers else { return answer };
        let mut indices = wakers.children();
        let ask_all = |(engine, children): &mut (&mut Self, &mut dyn Children), child: &mut u32| {
            while engine.progress.running > 0 {
                let Some(next) = indices.next() else { return };
                *child = next;
                let asked = engine.ask_child(next, shown, *children);
                if let Some(asked) = asked {
                    let index = next as usize;
                    let key = if shown.keys { children.key(index) } else { ChildKey::Index(index) };
                    answer.unfinished.push(asked.into_child(key));
                }
            }
        };
        catching(&mut (self, children), ask_all, |(engine, children), child, error| {
            engine.fail(child, error, *children);
        });
        answer
    }

    /// Returns the answer of a child that stays pending.
    fn ask_child(&mut self, child: u32, shown: Shown, children: &mut dyn Children) -> Option<Asked> {
        let Engine { progress, wakers: Some(wakers), held, .. } = self else { return None };
        let mut asking = Asking::new(shown);
        // A child that was woken does not wait. It would go on only because it was asked.
        if asking.only_answers() && wakers.link(child).is_queued() {
            return None;
        }
        let polled = wakers.with(child, |waker| {
            let cx = &mut Context::from_waker(waker);
            // It may take its cancellation now, and then waits for something else.
            let waits = held.as_mut().filter(|held| held.has(child) && !shown.only_answers);
            match waits.map(|held| poll_cancelled(held, child, cx, children)) {
                Some(ended @ Poll::Ready(_)) => ended,
                _ => children.poll(child as usize, cx, PollMode::Ask(&mut asking)),
            }
        });
        if let Poll::Ready(ended) = polled {
            progress.count(ended, held.is_some());
            in_flight::child_goes_on(None);
            return None;
        }
        asking.into_asked()
    }

    fn cancel_child(&mut self, child: u32, cancellation: Cancellation, children: &mut dyn Children) {
        let Engine { progress, wakers: Some(wakers), held: Some(held), .. } = self else { return };
        let polled = wakers.with(child, |waker| {
            let cx = &mut Context::from_waker(waker);
            held.poll_cancelled(child, cancellation, cx, |cx, mode| children.poll(child as usize, cx, mode))
        });
        if let Poll::Ready(ended) = polled {
            progress.count(ended, true);
        }
    }
}

/// Polls a child of a group that was cancelled in an earlier poll.
#[cold]
fn poll_cancelled(
    held: &mut HeldCancellations,
    child: u32,
    cx: &mut Context<'_>,
    children: &mut dyn Children,
) -> Poll<ChildEnded> {
    held.poll(child, cx, |cx, mode| children.poll(child as usize, cx, mode))
}
