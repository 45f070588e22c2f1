//! Children of one type: the pending future of lists and maps.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::engine::Engine;
use super::outcome::raise;
use super::shape::Shape;
use super::slots::Slots;
use crate::error::Other;
use crate::Result;

/// The future that waits for all children of a list or map, and puts their results into its shape.
pub struct Group<P, T, S> {
    slots: Slots<P, T>,
    engine: Engine,
    /// Taken with the results.
    shape: Option<S>,
}

/// The children are pinned in an allocation of their own.
impl<P, T, S> Unpin for Group<P, T, S> {}

impl<P, T, S> Group<P, T, S>
where
    P: Future<Output = Result<T>>,
    S: Shape<T>,
{
    pub(crate) fn new(children: impl Iterator<Item = P>, shape: S) -> Self {
        let slots = Slots::new(children);
        Group { engine: Engine::new(slots.len()), slots, shape: Some(shape) }
    }
}

impl<P, T, S> Future for Group<P, T, S>
where
    P: Future<Output = Result<T>>,
    S: Shape<T>,
{
    type Output = Result<S::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Group { slots, engine, shape } = self.get_mut();
        ready!(engine.drive(cx, |child, cx| slots.at(child).poll(cx)));
        // As of any future: to poll it again after it was ready is a mistake of the caller.
        let shape = shape.take().expect("a parallel yield was polled after it was ready");
        if engine.has_failure() {
            let failures = slots.results().enumerate().filter_map(|(child, result)| {
                result.err().map(|error| Other { place: shape.place(child), error })
            });
            return Poll::Ready(Err(raise(failures)));
        }
        // Not flattened, so that the container knows how many there are before it takes memory.
        let values = slots.results().map(|result| result.expect("no child has failed"));
        Poll::Ready(Ok(shape.build(values)))
    }
}
