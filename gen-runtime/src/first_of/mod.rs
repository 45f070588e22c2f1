//! [`first_of`]: the first of many to end.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use crate::coroutine::{Frame, Kind};
use crate::kinds::{Listed, Mapped};
use crate::multi::Race;
use crate::yieldable::probe::HasError;
use crate::Yieldable;

/// Yields many, and gives the first that ends: which one it was, and its value. The others are dropped.
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
/// # Cancellation
///
/// What is cold is dropped, when another one was the first or with the yield. A task goes on when its [`JoinHandle`](crate::JoinHandle) is dropped, and if it fails that is logged.
pub fn first_of<C>(children: C) -> FirstOf<C> {
    FirstOf { children }
}

/// Many to yield, of which the first counts: made by [`first_of`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct FirstOf<C> {
    children: C,
}

/// Marks [`first_of`] of an `M`.
#[derive(Debug)]
pub struct Raced<M>(PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<C, Y, M, Mode, K> Yieldable<Raced<Listed<M>>, Mode, K> for FirstOf<C>
where
    C: IntoIterator<Item = Y>,
    Y: Yieldable<M, Mode, K>,
    K: Kind,
{
    type Output = (usize, Y::Output);
    type Pending = Race<Y::Pending, Y::Output, usize>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        Race::new(self.children.into_iter().map(|child| child.into_pending(frame)).enumerate())
    }
}

macro_rules! first_of_map {
    ($map:ty, [$($parameter:ident)*]) => {
        #[diagnostic::do_not_recommend]
        impl<Q, Y, $($parameter,)* M, Mode, K> Yieldable<Raced<Mapped<M>>, Mode, K> for FirstOf<$map>
        where
            Y: Yieldable<M, Mode, K>,
            K: Kind,
        {
            type Output = (Q, Y::Output);
            type Pending = Race<Y::Pending, Y::Output, Q>;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                Race::new(self.children.into_iter().map(|(key, child)| (key, child.into_pending(frame))))
            }
        }

        impl<Q, Y: HasError<M>, $($parameter,)* M> HasError<Raced<Mapped<M>>> for FirstOf<$map> {
            type Err = Y::Err;
            type Value = (Q, Y::Value);
        }
    };
}

first_of_map!(HashMap<Q, Y, S>, [S]);
first_of_map!(BTreeMap<Q, Y>, []);

impl<C, Y, M> HasError<Raced<Listed<M>>> for FirstOf<C>
where
    C: IntoIterator<Item = Y>,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = (usize, Y::Value);
}

/// [`first_of`] was given nothing: there is no first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstOfNoneError;

impl fmt::Display for FirstOfNoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`first_of` was given no children, so none of them will be the first")
    }
}

impl Error for FirstOfNoneError {}
