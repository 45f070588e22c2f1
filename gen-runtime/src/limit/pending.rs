//! The pending future of a [`limit`](crate::limit()).
//!
//! Each poll polls the children that were woken, stores the results of those that have ended, and
//! fills their room from the source. New children are polled at once, and may leave room again; the
//! other children are not polled twice. If so many children have ended in one poll that [other
//! tasks are to run](crate::limit()), the remaining ones wait for the next poll, for which the
//! future wakes itself.
//!
//! A source that is a stream may have no child yet. It wakes the future when it has one, or when it
//! has ended. The future waits for the end of the source, also when no child is running.
//!
//! A cancellation goes to each running child, and nothing more is taken from the source. If the
//! source has more children, that is an error, even if all the children that were started have
//! ended well.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::errors::ZeroLimitError;
use super::feed::Feed;
use super::source::Source;
use crate::error::{ChildError, Error};
use crate::inject::answering::stay_pending;
use crate::inject::fixed_order::{refuses_yield, RefusedKind};
use crate::inject::{answering, in_flight, WaitMark};
use crate::parallel::{raise, report_dropped, ChildKeys, Parallel, Policy, Settle, Shape};
use crate::Result;

/// The future that runs the children of a source, at most `at_once` at a time, and builds the
/// container of their results.
pub struct LimitPending<I, P, T, S: ChildKeys> {
    feed: Feed<I, P, T>,
    /// Each with the position of its child. In the order of the children, or in the order in which
    /// they came.
    results: Vec<Option<(usize, Result<T>)>>,
    in_order: bool,
    failed: bool,
    mark: WaitMark,
    policy: Policy,
    /// Taken with the results. Without it, the drop has nothing to report.
    shape: Option<S>,
}

/// The children are pinned in the pool.
impl<I, P, T, S: ChildKeys> Unpin for LimitPending<I, P, T, S> {}

impl<I, P, T, S: ChildKeys> LimitPending<I, P, T, S> {
    pub(super) fn new(at_once: usize, source: I, shape: S, in_order: bool) -> Self {
        LimitPending {
            feed: Feed::new(at_once, source),
            results: Vec::new(),
            in_order,
            failed: false,
            mark: WaitMark::NEW,
            policy: Policy::DEFAULT,
            shape: Some(shape),
        }
    }

    /// Stores the results of children that have ended. Returns whether there were any.
    fn collect(&mut self) -> bool {
        let mut any = false;
        while let Some((position, result)) = self.feed.pool.take_ended() {
            any = true;
            self.failed |= result.is_err();
            self.put(position, result);
            if self.is_over() {
                break;
            }
        }
        any
    }

    fn put(&mut self, position: usize, result: Result<T>) {
        let result = Some((position, result));
        if !self.in_order {
            self.results.push(result);
            return;
        }
        if position >= self.results.len() {
            self.results.resize_with(position + 1, || None);
        }
        self.results[position] = result;
    }

    /// Whether a failure has ended the yield. After a cancellation it waits for all children.
    fn is_over(&self) -> bool {
        self.failed && !self.feed.is_cancelled() && self.policy.until.is_reached(true)
    }

    fn take_shape(&mut self) -> S {
        // Polling a future again after it was ready is a mistake of the caller.
        self.shape.take().expect("a limited yield was polled after it was ready")
    }

    /// Returns the error to raise, and drops the children that have not ended.
    #[cold]
    fn fail(&mut self, shape: &S) -> Error {
        self.feed.pool.clear();
        raise(self.take_failures(shape), self.policy.is_quiet)
    }

    fn take_failures<'a>(&mut self, shape: &'a S) -> impl Iterator<Item = ChildError> + use<'a, I, P, T, S> {
        let results = mem::take(&mut self.results).into_iter().flatten();
        results.filter_map(|(child, result)| Some(ChildError::of(shape.key(child), result.err()?)))
    }

    /// The results of all children.
    fn results(&mut self) -> impl ExactSizeIterator<Item = Result<T>> + use<I, P, T, S> {
        // Each child that was taken has ended, so no position is empty.
        mem::take(&mut self.results).into_iter().map(|result| result.expect("the child has ended").1)
    }
}

impl<I, P, T, S: ChildKeys> Drop for LimitPending<I, P, T, S> {
    fn drop(&mut self) {
        let Some(shape) = self.shape.take() else { return };
        self.collect();
        if self.failed {
            report_dropped("a `limit`", self.take_failures(&shape), self.policy.is_quiet);
        }
    }
}

impl<I, P, T, S> LimitPending<I, P, T, S>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
    S: ChildKeys,
{
    /// Is ready when all children have ended, or a failure has ended the yield.
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        if self.feed.at_once == 0 {
            return Poll::Ready(Err(ZeroLimitError.into()));
        }
        if !S::IS_ORDERED && refuses_yield(RefusedKind::UnorderedMap) {
            return stay_pending(self, RefusedKind::UnorderedMap, cx);
        }
        if answering::only_answers(cx.waker()) && self.feed.pool.only_waits() {
            self.pass_on(cx);
            return Poll::Pending;
        }
        self.feed.fill(cx);
        self.feed.pool.drive(cx);
        while self.collect() {
            if self.is_over() {
                return Poll::Ready(Ok(()));
            }
            self.feed.fill(cx);
            if self.feed.pool.is_spent() {
                break;
            }
            self.feed.pool.drive_fresh(cx);
        }
        if !self.feed.has_ended() && in_flight::any_in_flight() && self.pass_on_pending(cx) {
            return Poll::Ready(Ok(()));
        }
        if self.feed.has_ended() {
            return Poll::Ready(Ok(()));
        }
        if self.feed.pool.leaves_some() {
            // More children are ready, but other tasks run first.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// As `pass_on`, in a poll after which the yield is pending unless this ends it.
    #[cold]
    fn pass_on_pending(&mut self, cx: &mut Context<'_>) -> bool {
        let is_over = self.pass_on(cx);
        if !is_over && !self.feed.has_ended() {
            self.mark.stays_pending(cx.waker());
        }
        is_over
    }

    /// If something is in flight, passes it on to the children. Returns whether a failure has ended
    /// the yield.
    #[cold]
    fn pass_on(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(shape) = &self.shape else { return false };
        let is_cancelled = self.feed.pass_on(cx, shape);
        if self.collect() && !is_cancelled {
            // A child that was asked has ended, and left its room to another one.
            cx.waker().wake_by_ref();
            if !self.is_over() && !self.feed.has_ended() {
                // So the answers of the others were not taken.
                return self.pass_on(cx);
            }
        }
        self.is_over()
    }
}

impl<I, P, T, S> Future for LimitPending<I, P, T, S>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
    S: Shape<T>,
{
    type Output = Result<S::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        ready!(this.drive(cx))?;
        let shape = this.take_shape();
        if this.failed {
            return Poll::Ready(Err(this.fail(&shape)));
        }
        if let Some(error) = this.feed.cut_short(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(shape.build(this.results().map(|result| result.expect("no child has failed")))))
    }
}

impl<I, P, T, S: ChildKeys> Parallel for LimitPending<I, P, T, S> {
    fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }
}

impl<I, P, T, S> Settle for LimitPending<I, P, T, S>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
    S: Shape<Result<T>>,
{
    type Output = S::Output;

    fn poll_settled(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Output>> {
        let this = self.get_mut();
        ready!(this.drive(cx))?;
        if let Some(error) = this.feed.cut_short(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(this.take_shape().build(this.results())))
    }
}
