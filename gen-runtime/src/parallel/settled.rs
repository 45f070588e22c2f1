//! The future of [`Multi::settle`](crate::Multi::settle), with the result of each child.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::Result;

/// A future of parallel children that can return the result of each child.
pub trait Settle {
    /// The container, with a `Result` for each child.
    type Output;

    /// Ready when all children have ended. An error only if the children could not be started.
    fn poll_settled(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Output>>;
}

/// A container of the values of the children: for errors that cannot be thrown, where nothing else
/// knows the type of the children's values.
pub trait EachResult {
    /// The same container, with a `Result` for each child.
    type Results;
}

impl<T> EachResult for Vec<T> {
    type Results = Vec<Result<T>>;
}

impl<T> EachResult for Box<[T]> {
    type Results = Box<[Result<T>]>;
}

impl<T> EachResult for VecDeque<T> {
    type Results = VecDeque<Result<T>>;
}

impl<T, const N: usize> EachResult for [T; N] {
    type Results = [Result<T>; N];
}

impl<Q, T, S> EachResult for HashMap<Q, T, S> {
    type Results = HashMap<Q, Result<T>, S>;
}

impl<Q, T> EachResult for BTreeMap<Q, T> {
    type Results = BTreeMap<Q, Result<T>>;
}

impl<C: EachResult> EachResult for Option<C> {
    type Results = Option<C::Results>;
}

pin_project! {
    /// Waits for all children, and raises none of their errors.
    pub struct Settled<P> {
        #[pin]
        children: P,
    }
}

impl<P> Settled<P> {
    pub(crate) fn new(children: P) -> Self {
        Settled { children }
    }
}

impl<P: Settle> Future for Settled<P> {
    type Output = Result<P::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().children.poll_settled(cx)
    }
}
