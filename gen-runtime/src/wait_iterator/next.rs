//! The future of one result, and all of them as a stream.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use futures_core::{FusedStream, Stream};

use super::{ExhaustedError, WaitIterator};
use crate::Result;

/// The next result of a [`WaitIterator`]: made by its [`next`](WaitIterator::next).
///
/// It has nothing of its own: dropped, it leaves the iterator as it is.
#[must_use = "nothing runs until it is yielded"]
pub struct WaitNext<'a, P, T, I> {
    pub(super) waits: &'a mut WaitIterator<P, T, I>,
}

impl<P, T, I> Future for WaitNext<'_, P, T, I>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let next = ready!(self.waits.poll_next(cx));
        Poll::Ready(next.unwrap_or_else(|| Err(ExhaustedError.into())))
    }
}

/// The same results; `None` when nothing is left. What is added later is given again.
///
/// ```
/// use futures::StreamExt;
/// use std::future::ready;
///
/// let waits = gen::WaitIterator::new(["1", "x", "3"].map(|text| ready(text.parse::<u8>())));
/// let numbers = waits.filter_map(|result| async { result.ok() }).collect::<Vec<_>>();
/// assert_eq!(gen::block_on(numbers), [1, 3]);
/// ```
impl<P, T, I> Stream for WaitIterator<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.get_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

impl<P, T, I> FusedStream for WaitIterator<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    fn is_terminated(&self) -> bool {
        self.is_empty()
    }
}

/// The children are pinned in places of their own; indices are never pinned.
impl<P, T, I> Unpin for WaitIterator<P, T, I> {}

impl<P, T, I> fmt::Debug for WaitNext<'_, P, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitNext").finish_non_exhaustive()
    }
}
