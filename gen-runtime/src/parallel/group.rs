//! The future of lists and maps: children of one type.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::engine::{Children, Engine};
use super::outcome::{raise, report_dropped};
use super::policy::{Parallel, Policy};
use super::settled::Settle;
use super::shape::{ChildKeys, Shape};
use super::slots::{ChildEnded, PollMode, Slots};
use crate::error::{ChildError, ChildKey, Error};
use crate::inject::answering::stay_pending;
use crate::inject::fixed_order::{refuses_yield, RefusedKind};
use crate::Result;

/// Waits for all children of a list or map, and builds the container of their results.
pub struct Group<P, T, S: ChildKeys> {
    children: GroupChildren<P, T, S>,
    engine: Engine,
}

struct GroupChildren<P, T, S> {
    slots: Slots<P, T>,
    /// Taken with the results. Without it, the drop of the group has nothing to report.
    shape: Option<S>,
}

// The children are pinned in an allocation of their own.
impl<P, T, S: ChildKeys> Unpin for Group<P, T, S> {}

impl<P, T, S> Group<P, T, S>
where
    P: Future<Output = Result<T>>,
    S: ChildKeys,
{
    pub(crate) fn new(children: impl Iterator<Item = P>, shape: S) -> Self {
        let slots = Slots::new(children);
        Group { engine: Engine::new(slots.len()), children: GroupChildren { slots, shape: Some(shape) } }
    }

    /// Ready when all children have ended, or one has ended the whole.
    #[inline]
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !S::IS_ORDERED && refuses_yield(RefusedKind::UnorderedMap) {
            return stay_pending(self, RefusedKind::UnorderedMap, cx);
        }
        self.engine.drive(cx, &mut self.children)
    }

    fn take_shape(&mut self) -> S {
        // Like any future, a group must not be polled after it was ready.
        self.children.shape.take().expect("a parallel yield was polled after it was ready")
    }

    /// Drops the children that have not ended, and returns the error to raise.
    #[cold]
    fn fail(&mut self, shape: &S) -> Error {
        let results = self.children.slots.take_all().enumerate();
        let failures =
            results.filter_map(|(child, result)| Some(ChildError::of(shape.key(child), result?.err()?)));
        raise(failures, self.engine.policy().is_quiet)
    }
}

impl<P, T, S> Children for GroupChildren<P, T, S>
where
    P: Future<Output = Result<T>>,
    S: ChildKeys,
{
    // Always, because the loops over the children of a group are nothing else.
    #[inline(always)]
    fn poll(&mut self, child: usize, cx: &mut Context<'_>, mode: PollMode<'_>) -> Poll<ChildEnded> {
        self.slots.at(child).poll(cx, mode)
    }

    fn group(&self) -> &'static str {
        S::GROUP
    }

    fn key(&self, child: usize) -> ChildKey {
        self.shape.as_ref().map_or(ChildKey::Index(child), |shape| shape.key(child))
    }
}

impl<P, T, S> Future for Group<P, T, S>
where
    P: Future<Output = Result<T>>,
    S: Shape<T>,
{
    type Output = Result<S::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let group = self.get_mut();
        ready!(group.drive(cx));
        let shape = group.take_shape();
        if group.engine.has_failure() {
            return Poll::Ready(Err(group.fail(&shape)));
        }
        // Not flattened, so that the container knows the number of values before it allocates.
        let values = group.children.slots.take_results().map(|result| result.expect("no child has failed"));
        Poll::Ready(Ok(shape.build(values)))
    }
}

impl<P, T, S: ChildKeys> Group<P, T, S> {
    #[cold]
    fn report_dropped(&mut self) {
        let Some(shape) = self.children.shape.take() else { return };
        let failures = self.children.slots.take_failures();
        let failures = failures.map(|(child, error)| ChildError::of(shape.key(child), error));
        report_dropped("a parallel yield", failures, self.engine.policy().is_quiet);
    }
}

impl<P, T, S: ChildKeys> Drop for Group<P, T, S> {
    fn drop(&mut self) {
        if self.engine.has_failure() {
            self.report_dropped();
        }
    }
}

impl<P, T, S: ChildKeys> Parallel for Group<P, T, S> {
    fn set_policy(&mut self, policy: Policy) {
        self.engine.set_policy(policy);
    }
}

impl<P, T, S> Settle for Group<P, T, S>
where
    P: Future<Output = Result<T>>,
    S: Shape<Result<T>>,
{
    type Output = S::Output;

    fn poll_settled(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Output>> {
        let group = self.get_mut();
        ready!(group.drive(cx));
        Poll::Ready(Ok(group.take_shape().build(group.children.slots.take_results())))
    }
}
