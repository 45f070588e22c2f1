//! Children of one type, until the first of them ends: the pending future of [`first_of`](crate::first_of).

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::engine::Engine;
use super::policy::{Policy, Until};
use super::slots::Slots;
use crate::first_of::FirstOfNoneError;
use crate::Result;

/// The future that waits for the first child to end, and drops the others.
pub struct Race<P, T, I> {
    slots: Slots<P, T>,
    /// Which child is which; taken with the result.
    indices: Vec<I>,
    engine: Engine,
    first: Option<usize>,
}

/// The children are pinned in an allocation of their own.
impl<P, T, I> Unpin for Race<P, T, I> {}

impl<P, T, I> Race<P, T, I> {
    pub(crate) fn new(children: impl Iterator<Item = (I, P)>) -> Self {
        let mut indices = Vec::with_capacity(children.size_hint().0);
        let slots = Slots::new(children.map(|(index, child)| {
            indices.push(index);
            child
        }));
        let mut engine = Engine::new(slots.len());
        engine.set_policy(Policy { until: Until::FirstEnd, ..Policy::DEFAULT });
        Race { slots, indices, engine, first: None }
    }
}

impl<P, T, I> Future for Race<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<(I, T)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Race { slots, indices, engine, first } = self.get_mut();
        if slots.len() == 0 {
            return Poll::Ready(Err(FirstOfNoneError.into()));
        }
        ready!(engine.drive(cx, |child, cx, how| {
            let polled = slots.at(child).poll(cx, how);
            if polled.is_ready() {
                first.get_or_insert(child);
            }
            polled
        }));
        // As of any future: to poll it again after it was ready is a mistake of the caller.
        let first = first.take().expect("a `first_of` was polled after it was ready");
        let result = slots.at(first).take().expect("the child has ended");
        slots.take_all().for_each(drop);
        Poll::Ready(result.map(|value| (indices.swap_remove(first), value)))
    }
}
