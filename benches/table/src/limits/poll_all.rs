//! A list without wakers of its own: after a wake, all of its unfinished children are polled. For a
//! few children this costs less than to know which one was woken.

use std::future::Future;
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Gives the results in the order of the futures, or the first error.
pub fn poll_all<F, T, E>(futures: impl ExactSizeIterator<Item = F>) -> PollAll<F, T>
where
    F: Future<Output = Result<T, E>>,
    T: Copy,
{
    let unfinished = futures.len();
    let futures: Box<[Option<F>]> = futures.map(Some).collect();
    assert_eq!(futures.len(), unfinished);
    PollAll { futures, results: Box::new_uninit_slice(unfinished), unfinished }
}

/// The future of [`poll_all`].
pub struct PollAll<F, T> {
    /// `None` in the place of a future that has ended.
    futures: Box<[Option<F>]>,
    /// The result of each child that has ended. They need no drop, since they can be copied.
    results: Box<[MaybeUninit<T>]>,
    unfinished: usize,
}

impl<F, T> Unpin for PollAll<F, T> {}

impl<F, T, E> Future for PollAll<F, T>
where
    F: Future<Output = Result<T, E>>,
    T: Copy,
{
    type Output = Result<Vec<T>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { futures, results, unfinished } = &mut *self;
        for (slot, result) in futures.iter_mut().zip(results.iter_mut()) {
            let Some(future) = slot else { continue };
            // SAFETY: the future stays in its place in the box until it is dropped there.
            match unsafe { Pin::new_unchecked(future) }.poll(cx) {
                Poll::Pending => continue,
                Poll::Ready(Ok(value)) => result.write(value),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            };
            *slot = None;
            *unfinished -= 1;
        }
        if *unfinished > 0 {
            return Poll::Pending;
        }
        let results = mem::take(results);
        // SAFETY: all children have ended, and each has written its result.
        Poll::Ready(Ok(unsafe { results.assume_init() }.into_vec()))
    }
}
