//! Polls of a child with a cancellation, for futures that poll others.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::in_flight::{with_injected, Thrown};
use super::swallowed::report_swallowed;
use super::{Cancellation, Watch};
use crate::Result;

/// Polls a future with a cancellation. If the future stays pending and does not take it, the result
/// is `Err(Cancelled)`, and the caller must drop the future.
///
/// If the cancellation [is deferred](Cancellation::is_deferred) afterwards, the caller must inject
/// it again in the next poll.
#[cold]
pub(crate) fn poll_cancelled<P, T>(
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    cancellation: &mut Cancellation,
) -> Poll<Result<T>>
where
    P: Future<Output = Result<T>> + ?Sized,
{
    inject_cancellation(future, cx, cancellation).0
}

/// The injection for the next poll of a body.
#[derive(Debug, Default)]
pub(crate) enum NextInjection {
    #[default]
    Nothing,
    /// A new cancellation, or one that the body has deferred.
    Cancel(Cancellation),
    /// The body took a cancellation, and may have swallowed it.
    Watch(Watch),
}

/// Polls a watched body with the injection in `next`, and then sets `next` for the following poll.
/// Reports a swallowed cancellation; `body_name` names the body.
#[cold]
pub(crate) fn poll_watched<P, T>(
    body_name: &str,
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    next: &mut NextInjection,
) -> Poll<Result<T>>
where
    P: Future<Output = Result<T>> + ?Sized,
{
    let (polled, mut left) = match mem::take(next) {
        NextInjection::Nothing => return future.poll(cx),
        NextInjection::Watch(watch) => {
            let mut thrown = Some(Thrown::Watch(watch));
            let polled = with_injected(&mut thrown, cx.waker(), || future.poll(cx));
            (polled, thrown)
        }
        NextInjection::Cancel(mut cancellation) => {
            let (polled, left) = inject_cancellation(future, cx, &mut cancellation);
            if cancellation.is_deferred() {
                *next = NextInjection::Cancel(cancellation);
            }
            (polled, left)
        }
    };
    if polled.is_pending() {
        report_swallowed(body_name, &mut left);
    }
    if let Some(Thrown::Watch(watch)) = left {
        *next = NextInjection::Watch(watch);
    }
    polled
}

/// Returns the result of the poll and, if the cancellation was taken, its watch.
fn inject_cancellation<P, T>(
    future: Pin<&mut P>,
    cx: &mut Context<'_>,
    cancellation: &mut Cancellation,
) -> (Poll<Result<T>>, Option<Thrown>)
where
    P: Future<Output = Result<T>> + ?Sized,
{
    let mut thrown = Some(Thrown::Cancel(cancellation.clone()));
    let polled = with_injected(&mut thrown, cx.waker(), || future.poll(cx));
    cancellation.set_deferred(false);
    match thrown {
        Some(Thrown::Cancel(left)) if polled.is_pending() => {
            if left.is_deferred() {
                cancellation.set_deferred(true);
                return (Poll::Pending, None);
            }
            (Poll::Ready(Err(left.into_error())), None)
        }
        left => (polled, left),
    }
}
