//! The first phase of a bracket: waits for the resource.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use pin_project_lite::pin_project;

use super::phase::poll_phase;
use crate::inject::{in_flight, Cancellation};
use crate::{Error, Result};

pin_project! {
    /// Waits for the resource. A cancellation goes to the acquisition, and is remembered.
    pub(super) struct Acquiring<P> {
        #[pin]
        acquire: P,
        // Taken by the acquisition.
        cancelled: Option<Cancellation>,
    }
}

/// The resource, and the cancellation that the acquisition took, if it did.
pub(super) type Acquired<R> = (R, Option<Error>);

impl<P> Acquiring<P> {
    pub(super) fn new(acquire: P) -> Self {
        Acquiring { acquire, cancelled: None }
    }
}

impl<P, R> Future for Acquiring<P>
where
    P: Future<Output = Result<R>>,
{
    type Output = Result<Acquired<R>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = if in_flight::any_in_flight() {
            poll_in_flight(this.acquire, cx, this.cancelled)
        } else {
            this.acquire.poll(cx)
        };
        let resource = ready!(polled)?;
        Poll::Ready(Ok((resource, this.cancelled.take().map(Cancellation::into_error))))
    }
}

#[cold]
fn poll_in_flight<P: Future>(
    acquire: Pin<&mut P>,
    cx: &mut Context<'_>,
    cancelled: &mut Option<Cancellation>,
) -> Poll<P::Output> {
    let request = in_flight::cancellation(cx.waker());
    let polled = poll_phase::<P, _>(acquire, cx);
    // A cancellation that is still there is deferred, or the result came first.
    if in_flight::cancel_source(cx.waker()).is_none() {
        *cancelled = request.or(cancelled.take());
    }
    polled
}
