//! The children of a [`limit`](crate::limit()) with a rate: each waits for its turn first.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::limiter::{Rate, RateTake};
use crate::coroutine::{Frame, FrameKind};
use crate::yieldable::forward_error;
use crate::{Result, Yieldable};

pin_project! {
    /// The children of an iterator or a stream, at a rate: made by
    /// [`Limit::rate`](crate::Limit::rate).
    #[derive(Debug, Clone)]
    #[must_use = "nothing runs until it is yielded"]
    pub struct AtRate<C> {
        #[pin]
        children: C,
        rate: Rate,
        at: &'static Location<'static>,
    }
}

impl<C> AtRate<C> {
    pub(crate) fn new(children: C, rate: &Rate, at: &'static Location<'static>) -> Self {
        AtRate { children, rate: rate.clone(), at }
    }
}

impl<C: IntoIterator> IntoIterator for AtRate<C> {
    type Item = Paced<C::Item>;
    type IntoIter = Paces<C::IntoIter>;

    fn into_iter(self) -> Self::IntoIter {
        let AtRate { children, rate, at } = self;
        Paces { children: children.into_iter(), rate, at }
    }
}

/// The iterator of an [`AtRate`].
#[derive(Debug)]
pub struct Paces<I> {
    children: I,
    rate: Rate,
    at: &'static Location<'static>,
}

impl<I: Iterator> Iterator for Paces<I> {
    type Item = Paced<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        let child = self.children.next()?;
        Some(Paced { take: RateTake::new(&self.rate, self.at), child })
    }
}

impl<C: Stream> Stream for AtRate<C> {
    type Item = Paced<C::Item>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let child = ready!(this.children.poll_next(cx));
        Poll::Ready(child.map(|child| Paced { take: RateTake::new(this.rate, this.at), child }))
    }
}

/// A child that waits for its turn before it begins.
#[derive(Debug)]
#[must_use = "nothing runs until it is yielded"]
pub struct Paced<Y> {
    take: RateTake,
    child: Y,
}

/// The kind of a `Paced` whose child has the kind `M`.
#[derive(Debug)]
pub struct Pace<M>(PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<Y, M, Mode, K> Yieldable<Pace<M>, Mode, K> for Paced<Y>
where
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = PacedPending<Y::Pending>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        PacedPending { take: Some(self.take), child: self.child.into_pending(&Frame::new(0)) }
    }
}

forward_error!([] Paced<Y>: Pace<M>);

pin_project! {
    /// Waits for the turn, and then for the child.
    pub struct PacedPending<P> {
        take: Option<RateTake>,
        #[pin]
        child: P,
    }
}

impl<P, T> Future for PacedPending<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        if let Some(take) = this.take {
            ready!(Pin::new(take).poll(cx))?;
            *this.take = None;
        }
        this.child.poll(cx)
    }
}
