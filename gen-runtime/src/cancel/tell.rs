//! Cancelling a future by hand, for those that poll others.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Cancellation;
use crate::coroutine::throw::{lend, Thrown};
use crate::Result;

/// Polls a future with a cancellation. What cannot be told is ready with it: the caller is to drop it.
///
/// Afterwards `cancellation` says whether a shield holds it back: then it is for the next poll.
#[cold]
pub(crate) fn tell<P, T>(
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    cancellation: &mut Cancellation,
) -> Poll<Result<T>>
where
    P: Future<Output = Result<T>> + ?Sized,
{
    let mut thrown = Some(Thrown::Cancel(cancellation.clone()));
    let polled = lend(&mut thrown, cx.waker(), || future.poll(cx));
    cancellation.set_held(false);
    match thrown {
        Some(Thrown::Cancel(left)) if polled.is_pending() => {
            if left.is_held() {
                cancellation.set_held(true);
                return Poll::Pending;
            }
            Poll::Ready(Err(left.into_error()))
        }
        _ => polled,
    }
}
