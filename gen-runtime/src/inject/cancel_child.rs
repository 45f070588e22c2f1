//! Cancelling a future by hand, for those that poll others.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::in_flight::{with_injected, Thrown};
use super::swallowed::report_swallowed;
use super::{Cancellation, Watch};
use crate::Result;

/// Polls a future with a cancellation. What cannot be told is ready with it: the caller is to drop it.
///
/// Afterwards `cancellation` says whether a shield holds it back: then it is for the next poll.
#[cold]
pub(crate) fn poll_cancelled<P, T>(
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    cancellation: &mut Cancellation,
) -> Poll<Result<T>>
where
    P: Future<Output = Result<T>> + ?Sized,
{
    lend_cancellation(future, cx, cancellation).0
}

/// What a body was told, and what has to be lent to it with each poll.
#[derive(Debug, Default)]
pub(crate) enum Told {
    #[default]
    Nothing,
    /// A shield holds this back.
    Held(Cancellation),
    /// It was told, and may have swallowed it.
    Taken(Watch),
}

/// The same for the body of `what`, which is watched. In `told` is what it was told before, and afterwards what it is to be polled with the next time.
#[cold]
pub(crate) fn poll_watched<P, T>(
    what: &str,
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    told: &mut Told,
) -> Poll<Result<T>>
where
    P: Future<Output = Result<T>> + ?Sized,
{
    let (polled, mut left) = match mem::take(told) {
        Told::Nothing => return future.poll(cx),
        Told::Taken(watch) => {
            let mut thrown = Some(Thrown::Watch(watch));
            let polled = with_injected(&mut thrown, cx.waker(), || future.poll(cx));
            (polled, thrown)
        }
        Told::Held(mut cancellation) => {
            let (polled, left) = lend_cancellation(future, cx, &mut cancellation);
            if cancellation.is_held() {
                *told = Told::Held(cancellation);
            }
            (polled, left)
        }
    };
    if polled.is_pending() {
        report_swallowed(what, &mut left);
    }
    if let Some(Thrown::Watch(watch)) = left {
        *told = Told::Taken(watch);
    }
    polled
}

/// Gives the result of the poll, and what is lent still if it was taken.
fn lend_cancellation<P, T>(
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    cancellation: &mut Cancellation,
) -> (Poll<Result<T>>, Option<Thrown>)
where
    P: Future<Output = Result<T>> + ?Sized,
{
    let mut thrown = Some(Thrown::Cancel(cancellation.clone()));
    let polled = with_injected(&mut thrown, cx.waker(), || future.poll(cx));
    cancellation.set_held(false);
    match thrown {
        Some(Thrown::Cancel(left)) if polled.is_pending() => {
            if left.is_held() {
                cancellation.set_held(true);
                return (Poll::Pending, None);
            }
            (Poll::Ready(Err(left.into_error())), None)
        }
        left => (polled, left),
    }
}
