//! The sources of the children: an iterator or a stream.

use std::any::type_name;
use std::future::Future;
use std::iter::Fuse;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::coroutine::Frame;
use crate::inject::question::WaitsFor;
use crate::inject::{answering, in_flight};
use crate::kinds::Listed;
use crate::yieldable::modes::Flat;
use crate::{Result, Yieldable};

/// Gives the children of a [`limit`](crate::limit()), one after the other.
pub trait Source {
    /// The pending future of a child.
    type Child;

    /// The next child, as soon as there is one. After the last child it is always `None`.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::Child>>;
}

/// A container of children that can fail, which becomes their source.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an iterator or a stream of yieldables that can fail",
    label = "expected an iterator or a stream of yieldables",
    note = "for a future that cannot fail, write `gen::ok(future)`; for a map, write `map.into_values()`"
)]
pub trait Children<M> {
    /// The value of a child.
    type Output;
    /// The pending future of a child.
    type Pending: Future<Output = Result<Self::Output>>;
    /// The source of the children.
    type Source: Source<Child = Self::Pending>;

    /// Makes the source.
    fn into_source(self) -> Self::Source;
}

#[diagnostic::do_not_recommend]
impl<C, Y, M> Children<Listed<M>> for C
where
    C: IntoIterator<Item = Y>,
    Y: Yieldable<M, Flat>,
{
    type Output = Y::Output;
    type Pending = Y::Pending;
    type Source = ColdChildren<C::IntoIter, M, Flat>;

    fn into_source(self) -> Self::Source {
        ColdChildren::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl<C, Y, M> Children<Streamed<M>> for C
where
    C: Stream<Item = Y>,
    Y: Yieldable<M, Flat>,
{
    type Output = Y::Output;
    type Pending = Y::Pending;
    type Source = StreamedChildren<C, M, Flat>;

    fn into_source(self) -> Self::Source {
        StreamedChildren::new(self)
    }
}

/// Marks streams of an `M`, in a [`limit`](crate::limit()).
#[derive(Debug)]
pub struct Streamed<M>(PhantomData<M>);

/// Makes a pending future of each child when the child is taken. After the last child, the iterator
/// is not called again.
pub struct ColdChildren<I, M, Mode> {
    children: Fuse<I>,
    kind: PhantomData<fn() -> (M, Mode)>,
}

impl<I: Iterator, M, Mode> ColdChildren<I, M, Mode> {
    pub(super) fn new(children: impl IntoIterator<IntoIter = I>) -> Self {
        ColdChildren { children: children.into_iter().fuse(), kind: PhantomData }
    }
}

impl<I, M, Mode> Source for ColdChildren<I, M, Mode>
where
    I: Iterator<Item: Yieldable<M, Mode>>,
{
    type Child = <I::Item as Yieldable<M, Mode>>::Pending;

    #[inline]
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Self::Child>> {
        Poll::Ready(self.children.next().map(|child| child.into_pending(&Frame::new(0))))
    }
}

/// The same for the children of a stream, which is dropped after the last child.
///
/// The stream is polled with the waker of the yield, and with errors and cancellations hidden: they
/// are for the yield and for its children. A question is also for the stream.
pub struct StreamedChildren<S, M, Mode> {
    /// In a box, so that it is pinned.
    children: Option<Pin<Box<S>>>,
    kind: PhantomData<fn() -> (M, Mode)>,
}

impl<S: Stream, M, Mode> StreamedChildren<S, M, Mode> {
    pub(super) fn new(children: S) -> Self {
        StreamedChildren { children: Some(Box::pin(children)), kind: PhantomData }
    }
}

impl<S, M, Mode> Source for StreamedChildren<S, M, Mode>
where
    S: Stream<Item: Yieldable<M, Mode>>,
{
    type Child = <S::Item as Yieldable<M, Mode>>::Pending;

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::Child>> {
        let Some(children) = &mut self.children else { return Poll::Ready(None) };
        let polled = match answering::is_asked(cx.waker()) {
            false => in_flight::without_injected(|| children.as_mut().poll_next(cx)),
            true => children.as_mut().poll_next(cx),
        };
        let Poll::Ready(child) = polled else {
            let stream = || WaitsFor::Foreign { future: Some(type_name::<S>()), wakers: None };
            answering::say(&**children, cx.waker(), 0, |_| stream());
            answering::say_boxed(&*children, &**children, cx.waker());
            return Poll::Pending;
        };
        if child.is_none() {
            self.children = None;
        }
        Poll::Ready(child.map(|child| child.into_pending(&Frame::new(0))))
    }
}
