//! The future of the next result, and the stream of all results.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use futures_core::{FusedStream, Stream};

use super::{ExhaustedError, WaitIterator};
use crate::opaque::opaque_debug;
use crate::Result;

/// The future of the next result of a [`WaitIterator`]: made by [`next`](WaitIterator::next).
///
/// Dropping it does not change the iterator.
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

/// The stream gives the same results, and `None` when no result is left. It goes on if children are
/// added later.
///
/// ```
/// use futures::StreamExt;
/// use std::future::ready;
///
/// let numbers = ["1", "x", "3"].map(|text| ready(text.parse::<u8>()));
/// let results = gen::WaitIterator::new(numbers);
/// let valid = results.filter_map(|result| async { result.ok() });
/// assert_eq!(gen::block_on(valid.collect::<Vec<_>>()), [1, 3]);
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

/// The pool pins the children in its own allocation, and indices are never pinned.
impl<P, T, I> Unpin for WaitIterator<P, T, I> {}

opaque_debug!([P, T, I] WaitNext<'_, P, T, I>);
