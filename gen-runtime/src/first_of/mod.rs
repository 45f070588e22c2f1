//! [`first_of`]: the first of many to end.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;
use std::panic::Location;

use crate::coroutine::{Frame, FrameKind};
use crate::kinds::{Listed, Mapped};
pub use crate::parallel::FirstOfNoneError;
use crate::parallel::{Losers, Race};
use crate::yieldable::join::joinable;
use crate::yieldable::{forward_error, HasError};
use crate::Yieldable;

/// Yields many, and gives the first that ends: which one it was, and its value. The others are dropped, or [cancelled](FirstOf::cancel).
///
/// It takes a list, or whatever else can be iterated over, and gives `(position, value)`; or a map, and gives `(key, value)`. If the first that ends has failed, that is the error of the
/// yield. Children are polled in order, and no further than to one that is ready: so of two that are ready the first one wins, and those behind it are not even started.
///
/// ```
/// use gen::yield_;
/// use std::collections::BTreeMap;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn mirror(seconds: u64) -> gen::Result<u64> {
///     yield_!(gen::sleep(Duration::from_secs(seconds)))?;
///     Ok(seconds)
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<()> {
///     let (position, _) = yield_!(gen::first_of([mirror(3), mirror(1), mirror(2)]))?;
///     assert_eq!(position, 1);
///     let (name, _) = yield_!(gen::first_of(BTreeMap::from([("near", mirror(1)), ("far", mirror(9))])))?;
///     assert_eq!(name, "near");
///     Ok(())
/// }
/// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body()).unwrap();
/// ```
///
/// # Errors
///
/// That of the first that ends; [`FirstOfNoneError`] if there are no children.
///
/// # Panics
///
/// A child that panics has ended, with [`Panicked`](crate::Panicked): if it is the first, that is the error
/// of the yield. The panic of a destructor of one of the others is logged, and the first has its value.
///
/// # Cancellation
///
/// What is cold is dropped, when another one was the first or with the yield; or it is cancelled, see [`FirstOf::cancel`]. A task goes on when its [`JoinHandle`](crate::JoinHandle) is
/// dropped, and if it fails that is logged.
///
/// # Outside a coroutine
///
/// [`join`](FirstOf::join) makes a future of it: `gen::first_of(..).join().await`.
#[doc(alias("select", "race", "any", "FIRST_COMPLETED"))]
pub fn first_of<C>(children: C) -> FirstOf<C> {
    FirstOf { children, losers: Losers::Dropped }
}

/// Many to yield, of which the first counts: made by [`first_of`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct FirstOf<C> {
    children: C,
    losers: Losers,
}

impl<C> FirstOf<C> {
    /// Cancels the others when one is the first, and waits for their end, so that they may clean up.
    ///
    /// Each of them is resumed with [`Cancelled`](crate::Cancelled), of the source [`Sibling`](crate::CancelSource::Sibling). A plain future cannot be told, and is dropped; so is what was not even started. The
    /// task of a [`JoinHandle`](crate::JoinHandle) goes on. The errors that they end with are logged in one record
    /// (those that only say that a child was cancelled, at `DEBUG`).
    ///
    /// ```
    /// use gen::{yield_, Cancelled};
    /// use std::cell::Cell;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn reserve(seconds: u64, reserved: &Cell<i32>) -> gen::Result<u64> {
    ///     reserved.set(reserved.get() + 1);
    ///     let outcome = yield_!(gen::sleep(Duration::from_secs(seconds)));
    ///     if outcome.is_err() {
    ///         yield_!(gen::sleep(Duration::from_secs(1)))?; // time to give it back
    ///         reserved.set(reserved.get() - 1);
    ///     }
    ///     outcome.map(|()| seconds)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<i32> {
    ///     let reserved = Cell::new(0);
    ///     yield_!(gen::first_of([5, 1, 9].map(|seconds| reserve(seconds, &reserved))).cancel())?;
    ///     Ok(reserved.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// One of the others that panics in its clean-up has failed, with [`Panicked`](crate::Panicked): that is
    /// logged, the rest of them go on, and the first has its value.
    ///
    /// # Cancellation
    ///
    /// When the yield is dropped before the last clean-up is over, so is the value of the first. What the
    /// first, or others, have failed with is logged in one record.
    #[track_caller]
    pub fn cancel(self) -> Self {
        FirstOf { losers: Losers::Cancelled(Location::caller()), ..self }
    }
}

/// Marks [`first_of`] of an `M`.
#[derive(Debug)]
pub struct Raced<M>(PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<C, Y, M, Mode, K> Yieldable<Raced<Listed<M>>, Mode, K> for FirstOf<C>
where
    C: IntoIterator<Item = Y>,
    Y: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = (usize, Y::Output);
    type Pending = Race<Y::Pending, Y::Output, usize>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let children = self.children.into_iter().map(|child| child.into_pending(frame));
        Race::new(children.enumerate(), self.losers)
    }
}

macro_rules! first_of_map {
    ($map:ty, [$($parameter:ident)*]) => {
        #[diagnostic::do_not_recommend]
        impl<Q, Y, $($parameter,)* M, Mode, K> Yieldable<Raced<Mapped<M>>, Mode, K> for FirstOf<$map>
        where
            Y: Yieldable<M, Mode, K>,
            K: FrameKind,
        {
            type Output = (Q, Y::Output);
            type Pending = Race<Y::Pending, Y::Output, Q>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                let children = self.children.into_iter().map(|(key, child)| (key, child.into_pending(frame)));
                Race::new(children, self.losers)
            }
        }

        forward_error!([Q $($parameter)*] FirstOf<$map>: Raced<Mapped<M>> => (Q, Y::Value));
    };
}

first_of_map!(HashMap<Q, Y, S>, [S]);
first_of_map!(BTreeMap<Q, Y>, []);

joinable! {
    /// The future that waits for the first, for use outside a coroutine: `gen::first_of(..).join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn nearest() -> gen::Result<usize> {
    ///     let mirrors = [3, 1, 2].map(|seconds| gen::sleep(Duration::from_secs(seconds)));
    ///     let (position, ()) = gen::first_of(mirrors).join().await?;
    ///     Ok(position)
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(nearest()).unwrap(), 1);
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield. The trace of an error has no place for it, since only a `yield_!` is a place.
    ///
    /// # Cancellation
    ///
    /// As of the yield: dropping it drops the children.
    [C] FirstOf<C>
}

impl<C, Y, M> HasError<Raced<Listed<M>>> for FirstOf<C>
where
    C: IntoIterator<Item = Y>,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = (usize, Y::Value);
}
