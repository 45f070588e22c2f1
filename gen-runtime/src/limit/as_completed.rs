//! The results of a [`limit`](crate::limit()) as they come: [`AsCompleted`].
//!
//! | event | source | children |
//! |---|---|---|
//! | `next` is polled | gives children until `at_once` run or have results that were not taken | the new ones and those that were woken are polled; one result is given |
//! | it is polled, there is no child, and the source has ended | | the end is given, also later |
//! | a cancellation arrives at `next` | gives no more | are cancelled; the results come as they end, and then the cancellation, if the source has not ended |
//! | the future of `next` is dropped | stays unchanged | stay unchanged |
//! | the whole is dropped | is dropped | are dropped; errors that were not given are logged |

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use futures_core::{FusedStream, Stream};

use super::errors::ZeroLimitError;
use super::feed::Feed;
use super::source::{Children, Source};
use super::Limit;
use crate::opaque::opaque_debug;
use crate::parallel::List;
use crate::report::report_unread_children;
use crate::{Error, Result};

impl<C> Limit<C> {
    /// Gives each result as soon as it is ready, instead of all of them at the end.
    ///
    /// The children may come from an iterator or a [`Stream`]. The next one is started when a
    /// result was taken, so a slow body slows down the source, too.
    ///
    /// ```
    /// use futures::{stream, StreamExt};
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn after(seconds: u64) -> gen::Result<u64> {
    ///     yield_!(gen::sleep(Duration::from_secs(seconds)))?;
    ///     Ok(seconds)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<Vec<u64>> {
    ///     let children = stream::iter([3, 1, 1]).map(after);
    ///     let mut results = gen::limit(2, children).as_completed();
    ///     let mut seconds = Vec::new();
    ///     while let Some(result) = yield_!(results.next())? {
    ///         seconds.push(result);
    ///     }
    ///     Ok(seconds)
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), [1, 1, 3]);
    /// ```
    ///
    /// As with a [`WaitIterator`](crate::WaitIterator), each child must be able to fail:
    /// [`gen::ok`](crate::ok) makes such a child of a future that cannot.
    #[doc(alias("from_stream", "buffer_unordered"))]
    pub fn as_completed<M>(self) -> AsCompleted<C::Source, C::Pending, C::Output>
    where
        C: Children<M>,
    {
        AsCompleted { feed: Feed::new(self.at_once, self.children.into_source()), current: None }
    }
}

/// The results of a [`limit`](crate::limit()) as they come: made by
/// [`as_completed`](Limit::as_completed).
///
/// Yield [`next`](Self::next) until it gives `None`. An error is the result of one child, and does
/// not end the iteration. It is also a [`Stream`] of the same results.
///
/// It is a [`WaitIterator`](crate::WaitIterator) that takes its children from a source and limits
/// their number. Everything else is as there: only `next` drives children that are cold, and the
/// results come in the same order.
///
/// # Panics
///
/// A child that panics fails: its result is [`Panicked`](crate::Panicked). A panic of the iterator
/// or the stream is a panic of `next`.
///
/// # Cancellation
///
/// A [cancellation](crate::JoinHandle::cancel) that arrives at [`next`](Self::next) goes to each
/// child that is running, and no more are started. Their results come as they end. If the source
/// has not ended, the last result is the error [`Cancelled`](crate::Cancelled).
///
/// Dropping the future of `next` loses nothing. Dropping the whole drops the source, the children,
/// and the results that were not given. The errors among these are logged in one record (target
/// `gen`, level `ERROR`; cancellations at `DEBUG`).
#[must_use = "nothing runs until `next` is yielded"]
pub struct AsCompleted<I, P, T> {
    feed: Feed<I, P, T>,
    /// The position of the last result.
    current: Option<usize>,
}

/// The pool pins the children, and the source pins itself.
impl<I, P, T> Unpin for AsCompleted<I, P, T> {}

impl<I, P, T> AsCompleted<I, P, T> {
    /// The position of the child whose result was given last, in the order of the source. It is
    /// `None` before the first result, and after the last.
    pub fn current_index(&self) -> Option<usize> {
        self.current
    }
}

impl<I, P, T> AsCompleted<I, P, T>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
{
    /// Returns a future of the next result, from the child that ends first. It is `None` when there
    /// are no more.
    ///
    /// # Errors
    ///
    /// The error of the child, which does not end the iteration; [`ZeroLimitError`], once, if the
    /// limit is 0.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing: the next call goes on where this one was.
    #[expect(
        clippy::should_implement_trait,
        reason = "it has the name of the method of `WaitIterator`, and returns a future, unlike `Iterator::next`"
    )]
    pub fn next(&mut self) -> NextCompleted<'_, I, P, T> {
        NextCompleted { results: self }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.feed.pool.will_be_polled();
        self.feed.fill(cx);
        match self.feed.poll_next(cx) {
            Poll::Ready(Some((index, result))) => {
                self.current = Some(index);
                Poll::Ready(Some(result))
            }
            Poll::Ready(None) => self.poll_without_children(cx),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Waits for the source, or ends.
    fn poll_without_children(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.current = None;
        if self.feed.at_once == 0 {
            // The error is given once. Then the iteration has ended.
            let has_given_error = self.feed.exhaust();
            return Poll::Ready((!has_given_error).then(|| Err(ZeroLimitError.into())));
        }
        if !self.feed.has_ended() && !self.feed.pass_on(cx, &List) {
            return Poll::Pending;
        }
        Poll::Ready(self.feed.cut_short(cx).map(Err))
    }
}

impl<I, P, T> Drop for AsCompleted<I, P, T> {
    fn drop(&mut self) {
        let ended = std::iter::from_fn(|| self.feed.pool.take_ended());
        let errors: Vec<Error> = ended.filter_map(|(_, result)| result.err()).collect();
        report_unread_children("a child of a `limit`", "children of a `limit`", &errors);
    }
}

impl<I, P, T> fmt::Debug for AsCompleted<I, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted")
            .field("at_once", &self.feed.at_once)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

/// The future of the next result of an [`AsCompleted`]: made by [`next`](AsCompleted::next).
///
/// Dropping it does not change the results.
#[must_use = "nothing runs until it is yielded"]
pub struct NextCompleted<'a, I, P, T> {
    results: &'a mut AsCompleted<I, P, T>,
}

impl<I, P, T> Future for NextCompleted<'_, I, P, T>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
{
    type Output = Result<Option<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(self.results.poll_next(cx)).transpose())
    }
}

/// The stream gives the same results, and `None` when there are no more.
///
/// ```
/// use futures::StreamExt;
/// use std::future::ready;
///
/// let numbers = ["1", "x", "3"].map(|text| ready(text.parse::<u8>()));
/// let results = gen::limit(2, numbers).as_completed();
/// let valid = results.filter_map(|result| async { result.ok() });
/// assert_eq!(gen::block_on(valid.collect::<Vec<_>>()), [1, 3]);
/// ```
impl<I, P, T> Stream for AsCompleted<I, P, T>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
{
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.get_mut().poll_next(cx)
    }
}

impl<I, P, T> FusedStream for AsCompleted<I, P, T>
where
    I: Source<Child = P>,
    P: Future<Output = Result<T>>,
{
    fn is_terminated(&self) -> bool {
        self.feed.has_ended() && !self.feed.is_cancelled()
    }
}

opaque_debug!([I, P, T] NextCompleted<'_, I, P, T>);
