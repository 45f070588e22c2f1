//! Every child's own result: what [`Multi::settle`](crate::Multi::settle) waits for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::Result;

/// A pending future of children that run in parallel, which can give all of their results.
pub trait Settle {
    /// The container, with a `Result` for each child.
    type Output;

    /// Ready when all children have ended; an error only if they could not even be started.
    fn poll_settled(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Output>>;
}

pin_project! {
    /// The future that waits for all children and raises nothing.
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
