//! Results in the order in which they come: [`WaitIterator`].
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`WaitIterator`] |
//! | `next.rs` | the future of its `next`, and the iterator as a `Stream` |
//! | `index.rs` | which child a result is of: [`ByPosition`], [`ByKey`] |
//! | `errors.rs` | [`ExhaustedError`] |
//!
//! The children live in a [`Pool`], which polls those that were woken and keeps what has ended. The iterator adds what the last result was of.
//!
//! | event | children | what `current_index` says |
//! |---|---|---|
//! | `new`, `keyed`, `push`, `insert` | taken in, not polled yet | as before |
//! | `next` is polled, there is a result | those that were woken, and the new ones, are polled; the result is handed over | its index |
//! | `next` is polled, there is none | the same | as before |
//! | a child panics | it has ended, with `Panicked` | |
//! | `next` is polled, there are no children | | `None` |
//! | `done`, there are no children | | `None` |
//! | the future of `next` is dropped | stay as they are | as before |
//! | the iterator is dropped | are dropped; errors that nobody asked for are logged | |

mod errors;
mod index;
mod next;

use std::fmt;
use std::future::Future;
use std::task::{Context, Poll};

pub use self::errors::ExhaustedError;
pub use self::index::{ByKey, ByPosition};
pub use self::next::WaitNext;
use crate::coroutine::Frame;
use crate::parallel::Pool;
use crate::report::report_unread_children;
use crate::yieldable::modes::Flat;
use crate::{Error, Result, Yieldable};

/// Waits for many, and gives each result as soon as it is there: in the order in which they end.
///
/// Ask for one after the other with [`next`](Self::next) until it is [`done`](Self::done); [`current_index`](Self::current_index) says whose result the last one was. An error is the
/// result of one child: it does not end the iteration. It is also a [`Stream`](futures_core::Stream) of the same results.
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
/// # What it takes
///
/// Whatever can be yielded and may fail: futures of a `Result`, and lists, maps and tuples of them. [`gen::ok`](crate::ok) makes one of a future that cannot fail, and
/// [`gen::raw`](crate::raw) hands its output over untouched. Clones of a [`SharedFuture`](crate::SharedFuture) may be in it as often as you like. Yield points cannot: they belong to
/// the yield of their coroutine.
///
/// # Who runs the children
///
/// **Only `next` drives children that are cold**: coroutines that were merely called, and other plain futures. While the body waits for something else they stand still; if one of them holds a
/// lock that the body waits for, both wait for ever. Children that were [spawned](crate::spawn), also those of a [scope](fn@crate::scope), go on by themselves, and the iterator only collects their results:
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
///     yield_!(save(page))?; // the other pages are fetched meanwhile
/// }
/// # Ok(())
/// # }
/// # gen::run_sync(body()).unwrap();
/// ```
///
/// Each poll of `next` starts the children that are new, and lets all go on that were woken; it costs the same for each of them, however many others wait.
///
/// # Order
///
/// Children that are ready when they are first polled come first, in their own order; then those that were woken, in the order in which they were woken.
///
/// # Panics
///
/// A child that panics has failed: its result is [`Panicked`](crate::Panicked), and is given as any other
/// is. The others go on.
///
/// # Cancellation
///
/// A [cancellation](crate::JoinHandle::cancel) of whoever waits at [`next`](Self::next) is handed on: each child that is there is told at its own yield, and its result comes as any other does.
///
/// Dropping the future of `next` loses nothing. Dropping the iterator drops the children, and the
/// results that nobody has asked for; the errors among these are logged, all in one record (target `gen`,
/// level `ERROR`; cancellations `DEBUG`). Tasks go on without their handles.
#[must_use = "nothing runs until `next` is yielded"]
#[doc(alias("FuturesUnordered", "as_completed", "JoinSet"))]
pub struct WaitIterator<P, T, I = ByPosition> {
    pool: Pool<P, T, I>,
    /// How many children it was given: the position of the next one.
    given: usize,
    /// Whose the last result was.
    current: Option<I>,
}

impl<P, T> WaitIterator<P, T> {
    /// Of a list, or whatever else gives children one after the other; the index of a result is the position of its child.
    ///
    /// All children are taken at once. Nothing runs before the first `next`.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub fn new<Y, M>(children: impl IntoIterator<Item = Y>) -> Self
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        Self::of((0..).map(ByPosition).zip(children))
    }

    /// Adds a child, and gives its position: it goes on counting behind those that were there before.
    ///
    /// The child is first polled by the next poll of [`next`](Self::next). Room that children have left is used again, so this may go on for ever.
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
    /// If it were the 4,294,967,295th child at a time.
    pub fn push<Y, M>(&mut self, child: Y) -> usize
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        let position = self.given;
        self.add(ByPosition(position), child);
        position
    }

    /// The position of the child whose result was given last; `None` before the first, and when nothing is left.
    pub fn current_index(&self) -> Option<usize> {
        self.current.as_ref().map(|index| index.0)
    }
}

impl<P, T, Q> WaitIterator<P, T, ByKey<Q>> {
    /// Of a map, or whatever else gives pairs of a key and a child; the index of a result is the key of its child.
    ///
    /// Keys may be of any type, and one may be there twice.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::collections::HashMap;
    /// use std::future::ready;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<String> {
    ///     let mut waits = gen::WaitIterator::keyed(HashMap::from([("one", ready("1".parse::<u8>()))]));
    ///     let one = yield_!(waits.next())?;
    ///     Ok(format!("{:?} is {one}", waits.current_index()))
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), "Some(\"one\") is 1");
    /// ```
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub fn keyed<Y, M>(children: impl IntoIterator<Item = (Q, Y)>) -> Self
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        Self::of(children.into_iter().map(|(key, child)| (ByKey(key), child)))
    }

    /// Adds a child under a key; else as [`push`](WaitIterator::push).
    ///
    /// # Panics
    ///
    /// If it were the 4,294,967,295th child at a time.
    pub fn insert<Y, M>(&mut self, key: Q, child: Y)
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        self.add(ByKey(key), child);
    }

    /// The key of the child whose result was given last; `None` before the first, and when nothing is left.
    pub fn current_index(&self) -> Option<&Q> {
        self.current.as_ref().map(|index| &index.0)
    }
}

impl<P, T, I> WaitIterator<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    /// The next result, of whichever child ends first: to be yielded, or awaited.
    ///
    /// Results that are there already are given without suspending, in the order in which they came. When
    /// none is there, and a hundred children have ended without anybody having waited, it suspends once, so
    /// that a body which adds one ready child after the other lets others have their turn.
    ///
    /// # Errors
    ///
    /// The child's own, which does not end the iteration, [`Panicked`](crate::Panicked) if it has panicked;
    /// [`ExhaustedError`] if nothing is left.
    ///
    /// # Cancellation
    ///
    /// When its future is dropped nothing is lost: the next `next` goes on where it was.
    #[expect(
        clippy::should_implement_trait,
        reason = "Tornado's name; it is a `Stream`, and what `Iterator::next` gives is no future"
    )]
    pub fn next(&mut self) -> WaitNext<'_, P, T, I> {
        WaitNext { waits: self }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.pool.poll_next(cx).map(|next| {
            let (index, result) = next.unzip();
            self.current = index;
            result
        })
    }
}

impl<P, T, I> WaitIterator<P, T, I> {
    fn of<Y, M>(children: impl Iterator<Item = (I, Y)>) -> Self
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        let frame = Frame::new(0);
        let pool = Pool::new(children.map(|(index, child)| (index, child.into_pending(&frame))));
        WaitIterator { given: pool.len(), pool, current: None }
    }

    fn add<Y, M>(&mut self, index: I, child: Y)
    where
        Y: Yieldable<M, Flat, Pending = P, Output = T>,
    {
        self.pool.insert(index, child.into_pending(&Frame::new(0)));
        self.given += 1;
    }

    /// Whether nothing is left: all results were given. Then there is no [`current_index`](Self::current_index) any more.
    ///
    /// As in Tornado it is asked before each [`next`](Self::next); that it clears the index is why it takes `&mut self`. [`is_empty`](Self::is_empty) only looks.
    pub fn done(&mut self) -> bool {
        let done = self.is_empty();
        if done {
            self.current = None;
        }
        done
    }

    /// How many results are still to be given.
    pub fn len(&self) -> usize {
        self.pool.len()
    }

    /// Whether no results are still to be given.
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
