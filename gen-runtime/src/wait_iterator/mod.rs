//! Results in the order in which they come: [`WaitIterator`].
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`WaitIterator`] |
//! | `next.rs` | the future of its `next`, and the iterator as a `Stream` |
//! | `index.rs` | the index of a result: [`ByPosition`], [`ByKey`] |
//! | `names.rs` | the names of the children in a dump |
//! | `errors.rs` | [`ExhaustedError`] |
//!
//! The children are in a [`Pool`], which polls the children that were woken, and keeps the results
//! of those that have ended. The iterator adds the index of the last result.
//!
//! | event | children | `current_index` |
//! |---|---|---|
//! | `new`, `keyed`, `push`, `insert` | are stored, and not polled yet | as before |
//! | `next` is polled, and a child has ended | the new ones and those that were woken are polled; one result is given | the index of the result |
//! | `next` is polled, and no child has ended | the same, without a result | as before |
//! | a child panics | it ends with `Panicked` | |
//! | `next` is polled, and there are no children | | `None` |
//! | `done` is called, and there are no children | | `None` |
//! | the future of `next` is dropped | stay unchanged | as before |
//! | the iterator is dropped | are dropped; errors that were not given are logged | |

mod errors;
mod index;
mod names;
mod next;

use std::fmt;
use std::future::Future;
use std::task::{Context, Poll};

pub use self::errors::ExhaustedError;
pub use self::index::{ByKey, ByPosition};
use self::names::Names;
pub use self::next::WaitNext;
use crate::coroutine::Frame;
use crate::parallel::Pool;
use crate::report::report_unread_children;
use crate::yieldable::modes::Flat;
use crate::{Error, Result, Yieldable};

/// Waits for several children, and gives each result as soon as it is ready.
///
/// Yield [`next`](Self::next) until the iterator is [`done`](Self::done).
/// [`current_index`](Self::current_index) says which child the last result belongs to. An error is
/// the result of one child, and does not end the iteration. The iterator is also a
/// [`Stream`](futures_core::Stream) of the same results.
///
/// ```
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
/// fn body() -> gen::Result<Vec<(usize, u64)>> {
///     let mut waits = gen::WaitIterator::new([after(2), after(3), after(1)]);
///     let mut results = Vec::new();
///     while !waits.done() {
///         let seconds = yield_!(waits.next())?;
///         results.extend(waits.current_index().map(|index| (index, seconds)));
///     }
///     Ok(results)
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert_eq!(io_loop.run_sync(body()).unwrap(), [(2, 1), (0, 2), (1, 3)]);
/// ```
///
/// # What can be a child
///
/// A yieldable that may fail: a future of a `Result`, or a list, map or tuple of such futures.
/// [`gen::ok`](crate::ok) makes one of a future that cannot fail, and [`gen::raw`](crate::raw)
/// keeps outputs unchanged. Several clones of a [`SharedFuture`](crate::SharedFuture) may be
/// children. A yield point cannot be a child, because it belongs to the yield of its coroutine.
///
/// To start only so many children at a time, or to take them from a stream, use
/// [`limit(..).as_completed()`](crate::Limit::as_completed).
///
/// # What drives the children
///
/// **Only `next` drives children that are cold**, which are coroutines that were only called, and
/// other plain futures. While the body waits for something else, they stand still. If one of them
/// holds a lock that the body waits for, both wait for ever. Children that were
/// [spawned](crate::spawn), also in a [scope](fn@crate::scope), run on their own, and the iterator
/// only collects their results:
///
/// ```
/// # use gen::yield_;
/// # #[gen::coroutine]
/// # fn fetch(page: u32) -> gen::Result<u32> { yield_!(gen::moment())?; Ok(page) }
/// # #[gen::coroutine]
/// # fn save(page: u32) -> gen::Result { yield_!(gen::moment()) }
/// # #[gen::coroutine]
/// # fn body() -> gen::Result {
/// let mut waits = gen::WaitIterator::new((0..10).map(fetch).map(gen::spawn));
/// while !waits.done() {
///     let page = yield_!(waits.next())?;
///     // The other pages are fetched meanwhile.
///     yield_!(save(page))?;
/// }
/// # Ok(())
/// # }
/// # gen::run_sync(body()).unwrap();
/// ```
///
/// Each poll of `next` polls the new children and those that were woken. The cost per child does
/// not depend on the number of children that wait. If the iterator comes to another thread, the
/// next poll polls every child once; this happens at most once.
///
/// # Order
///
/// Children that are ready when they are first polled come first, in the order in which they were
/// added. Then come the children that were woken, in the order in which they were woken.
///
/// # Panics
///
/// A child that panics fails: its result is [`Panicked`](crate::Panicked). The other children go
/// on.
///
/// # Cancellation
///
/// A [cancellation](crate::JoinHandle::cancel) that arrives at [`next`](Self::next) goes to each
/// child, which is resumed at its own yield. Its result comes like any other.
///
/// Dropping the future of `next` loses nothing. Dropping the iterator drops the children, and the
/// results that were not given. The errors among these are logged in one record (target `gen`,
/// level `ERROR`; cancellations at `DEBUG`). Tasks go on without their handles.
#[must_use = "nothing runs until `next` is yielded"]
#[doc(alias("FuturesUnordered", "as_completed", "JoinSet"))]
pub struct WaitIterator<P, T, I = ByPosition> {
    pool: Pool<P, T, I>,
    /// The number of children that were added, which is the position of the next one.
    given: usize,
    /// The index of the last result.
    current: Option<I>,
    names: Names<I>,
}

impl<P, T> WaitIterator<P, T> {
    /// Makes one of a list or another iterator. The index of a result is the position of its child.
    ///
    /// All children are taken from the iterator at once. Nothing runs before the first `next`.
    ///
    /// # Panics
    ///
    /// If there are 4,294,967,295 children or more.
    pub fn new<Y, M>(children: impl IntoIterator<Item = Y>) -> Self
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        let frame = Frame::new(0);
        let children = children.into_iter().map(|child| child.into_pending(&frame));
        Self::of(Pool::of_positions(children, ByPosition), |index| Some(index.0))
    }

    /// Adds a child, and returns its position, which counts on from those of the earlier children.
    ///
    /// The child is first polled by the next poll of [`next`](Self::next). It takes the memory of a
    /// child that has ended, so children can be added for ever.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn halves(number: u32) -> gen::Result<u32> {
    ///     yield_!(gen::moment())?;
    ///     Ok(number / 2)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<Vec<u32>> {
    ///     let mut waits = gen::WaitIterator::new([halves(8)]);
    ///     let mut seen = Vec::new();
    ///     while !waits.done() {
    ///         let half = yield_!(waits.next())?;
    ///         seen.push(half);
    ///         if half > 1 {
    ///             assert_eq!(waits.push(halves(half)), seen.len());
    ///         }
    ///     }
    ///     Ok(seen)
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), [4, 2, 1]);
    /// ```
    ///
    /// # Panics
    ///
    /// If there were 4,294,967,295 children at a time.
    pub fn push<Y, M>(&mut self, child: Y) -> usize
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        let position = self.given;
        self.add(ByPosition(position), child);
        position
    }

    /// The position of the child whose result was given last. It is `None` before the first result,
    /// and when no result is left.
    pub fn current_index(&self) -> Option<usize> {
        self.current.as_ref().map(|index| index.0)
    }
}

impl<P, T, Q> WaitIterator<P, T, ByKey<Q>> {
    /// Makes one of a map or another iterator of keys and children. The index of a result is the
    /// key of its child.
    ///
    /// Keys may have any type, and several children may have the same key.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::collections::HashMap;
    /// use std::future::ready;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<String> {
    ///     let children = HashMap::from([("one", ready("1".parse::<u8>()))]);
    ///     let mut waits = gen::WaitIterator::keyed(children);
    ///     let one = yield_!(waits.next())?;
    ///     Ok(format!("{:?} is {one}", waits.current_index()))
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), "Some(\"one\") is 1");
    /// ```
    ///
    /// # Panics
    ///
    /// If there are 4,294,967,295 children or more.
    pub fn keyed<Y, M>(children: impl IntoIterator<Item = (Q, Y)>) -> Self
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        let frame = Frame::new(0);
        let children = children.into_iter().map(|(key, child)| (ByKey(key), child.into_pending(&frame)));
        Self::of(Pool::new(children), |_| None)
    }

    /// Adds a child under a key. Everything else is as with [`push`](WaitIterator::push).
    ///
    /// # Panics
    ///
    /// If there were 4,294,967,295 children at a time.
    pub fn insert<Y, M>(&mut self, key: Q, child: Y)
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        self.add(ByKey(key), child);
    }

    /// The key of the child whose result was given last. It is `None` before the first result, and
    /// when no result is left.
    pub fn current_index(&self) -> Option<&Q> {
        self.current.as_ref().map(|index| &index.0)
    }
}

impl<P, T, I> WaitIterator<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    /// Returns a future of the next result, from the child that ends first.
    ///
    /// Results that exist already are given without suspending, in the order in which they came. If
    /// there is none, and a hundred children have ended since the iterator last suspended, it
    /// suspends once. So a body that adds one ready child after the other lets other tasks run.
    ///
    /// # Errors
    ///
    /// The error of the child, which does not end the iteration; [`Panicked`](crate::Panicked) if
    /// the child has panicked; [`ExhaustedError`] if no result is left.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing: the next call goes on where this one was.
    #[expect(
        clippy::should_implement_trait,
        reason = "it has the name that Tornado has given it, and returns a future, unlike `Iterator::next`"
    )]
    pub fn next(&mut self) -> WaitNext<'_, P, T, I> {
        WaitNext { waits: self }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.pool.poll_next(cx, &self.names, drop).map(|next| {
            let (index, result) = next.unzip();
            self.current = index;
            result
        })
    }
}

impl<P, T, I> WaitIterator<P, T, I> {
    fn of(pool: Pool<P, T, I>, position: fn(&I) -> Option<usize>) -> Self {
        WaitIterator { given: pool.len(), pool, current: None, names: Names { position } }
    }

    fn add<Y, M>(&mut self, index: I, child: Y)
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        self.pool.insert(index, child.into_pending(&Frame::new(0)));
        self.given += 1;
    }

    /// Whether all results were given. If so, it clears the [`current_index`](Self::current_index).
    ///
    /// As in Tornado, call it before each [`next`](Self::next). It takes `&mut self` because it
    /// clears the index; [`is_empty`](Self::is_empty) does not.
    pub fn done(&mut self) -> bool {
        let done = self.is_empty();
        if done {
            self.current = None;
        }
        done
    }

    /// The number of results that are still to be given.
    pub fn len(&self) -> usize {
        self.pool.len()
    }

    /// Whether all results were given.
    pub fn is_empty(&self) -> bool {
        self.pool.is_empty()
    }
}

impl<P, T, I> Drop for WaitIterator<P, T, I> {
    fn drop(&mut self) {
        let ended = std::iter::from_fn(|| self.pool.take_ended());
        let errors: Vec<Error> = ended.filter_map(|(_, result)| result.err()).collect();
        report_unread_children("a child of a `WaitIterator`", "children of a `WaitIterator`", &errors);
    }
}

impl<P, T, I: fmt::Debug> fmt::Debug for WaitIterator<P, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitIterator")
            .field("len", &self.len())
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}
