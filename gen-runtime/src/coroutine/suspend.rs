//! One yield: the future that a machine is suspended at.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::site::Here;
use super::throw;
use crate::{Error, Result};

pin_project! {
    /// A yield in progress: what is waited for, and where.
    #[must_use = "this is what `yield_!` awaits"]
    pub struct Suspend<P, S> {
        #[pin]
        pending: P,
        here: S,
    }
}

/// What `yield_!` awaits: resolves as `pending` does, or with an error that was thrown meanwhile; errors get the site into their trace.
#[inline]
pub fn suspend<P, S, T>(pending: P, here: S) -> Suspend<P, S>
where
    P: Future<Output = Result<T>>,
    S: Fn() -> (&'static str, u32, u32),
{
    Suspend { pending, here }
}

impl<P, S, T> Future for Suspend<P, S>
where
    P: Future<Output = Result<T>>,
    S: Fn() -> (&'static str, u32, u32),
{
    type Output = Result<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        match this.pending.poll(cx) {
            Poll::Ready(Ok(value)) => Poll::Ready(Ok(value)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(arrived(error, this.here))),
            Poll::Pending if throw::any_in_flight() => take_thrown(cx, this.here).map(Err),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cold]
fn arrived<S: Here>(error: Error, here: &S) -> Error {
    error.passed(here.site())
}

#[cold]
fn take_thrown<S: Here>(cx: &Context<'_>, here: &S) -> Poll<Error> {
    match throw::take(cx.waker()) {
        Some(error) => Poll::Ready(arrived(error, here)),
        None => Poll::Pending,
    }
}
