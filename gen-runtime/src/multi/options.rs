//! The options for the errors of parallel children: [`quiet`](Multi::quiet),
//! [`fail_fast`](Multi::fail_fast) and [`settle`](Multi::settle).
//!
//! Each returns a type of its own, so that options that contradict each other do not compile. An
//! option applies to the direct children. A list in the list follows the ordinary rule, or the
//! options of its own `multi`.

use std::fmt;
use std::marker::PhantomData;

use super::{Grouped, Multi};
use crate::coroutine::{Frame, FrameKind};
use crate::parallel::{EachResult, Parallel, Policy, Settle, Settled, Until};
use crate::report::{QuietError, QuietTypes};
use crate::yieldable::join::joinable;
use crate::yieldable::modes::Raw;
use crate::yieldable::HasError;
use crate::Yieldable;

impl<C> Multi<C> {
    /// Does not log errors of type `E`.
    ///
    /// These are the errors that are not raised, and those that are dropped with the yield. The
    /// [`others`](crate::Error::others) of the raised error still hold them. The option does not
    /// change which error is raised. Call it again for another type; `quiet::<gen::Error>()` means
    /// every error.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    /// use std::num::ParseIntError;
    ///
    /// #[gen::coroutine]
    /// fn parse() -> gen::Result<Vec<u8>> {
    ///     let numbers = vec![ready("x".parse::<u8>()), ready("y".parse::<u8>())];
    ///     yield_!(gen::multi(numbers).quiet::<ParseIntError>())
    /// }
    /// let error = gen::run_sync(parse()).unwrap_err(); // nothing is logged
    /// assert_eq!(error.others().len(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// A child that panics fails with [`Panicked`](crate::Panicked), which can be quiet like any
    /// type.
    pub fn quiet<E>(self) -> MultiQuiet<C, (E, ())>
    where
        E: QuietError,
    {
        MultiQuiet { children: self.children, quiet: PhantomData }
    }

    /// Raises the first error in *time* at once, and drops the children that have not ended.
    ///
    /// If several children fail in the same poll, the one that was woken first counts. Nothing is
    /// logged, and the error has no [`others`](crate::Error::others). A task goes on when its
    /// [`JoinHandle`](crate::JoinHandle) is dropped.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::{pending, ready};
    ///
    /// #[gen::coroutine]
    /// fn first() -> gen::Result<(u8, u8)> {
    ///     let both = (pending::<gen::Result<u8>>(), ready("x".parse::<u8>()));
    ///     yield_!(gen::multi(both).fail_fast())
    /// }
    /// assert!(gen::run_sync(first()).unwrap_err().is::<std::num::ParseIntError>());
    /// ```
    ///
    /// # Panics
    ///
    /// A child that panics fails with [`Panicked`](crate::Panicked), which ends the yield too.
    pub fn fail_fast(self) -> MultiFailFast<C> {
        MultiFailFast { children: self.children }
    }

    /// Gives the `Result` of each child, in the container, and raises none of the errors.
    ///
    /// The errors are [`gen::Error`](crate::Error)s; [`raw`](crate::raw) gives the outputs of the
    /// children unchanged instead. Errors are logged only if the yield is dropped before it can
    /// give them.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    ///
    /// #[gen::coroutine]
    /// fn parse() -> gen::Result<usize> {
    ///     let numbers = vec![ready("1".parse::<u8>()), ready("x".parse::<u8>())];
    ///     let results = yield_!(gen::multi(numbers).settle())?;
    ///     Ok(results.iter().filter(|result| result.is_err()).count())
    /// }
    /// assert_eq!(gen::run_sync(parse()).unwrap(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// The result of a child that panics is [`Panicked`](crate::Panicked).
    #[doc(alias("all_settled", "return_exceptions"))]
    pub fn settle(self) -> MultiSettled<C> {
        MultiSettled { children: self.children }
    }
}

/// A [`multi`](crate::multi()) that does not log errors of some types: made by [`Multi::quiet`].
#[must_use = "nothing runs until it is yielded"]
pub struct MultiQuiet<C, Q> {
    children: C,
    quiet: PhantomData<fn() -> Q>,
}

impl<C, Q> MultiQuiet<C, Q> {
    /// Does not log errors of type `E` either: see [`Multi::quiet`].
    pub fn quiet<E>(self) -> MultiQuiet<C, (E, Q)>
    where
        E: QuietError,
    {
        MultiQuiet { children: self.children, quiet: PhantomData }
    }
}

impl<C: Clone, Q> Clone for MultiQuiet<C, Q> {
    fn clone(&self) -> Self {
        MultiQuiet { children: self.children.clone(), quiet: PhantomData }
    }
}

impl<C: fmt::Debug, Q> fmt::Debug for MultiQuiet<C, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiQuiet").field("children", &self.children).finish()
    }
}

/// A [`multi`](crate::multi()) that ends at the first failure: made by [`Multi::fail_fast`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct MultiFailFast<C> {
    children: C,
}

/// A [`multi`](crate::multi()) that gives the `Result` of each child: made by [`Multi::settle`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct MultiSettled<C> {
    children: C,
}

macro_rules! multi_option {
    ($option:ident [$($quiet:ident)?], $policy:expr) => {
        #[diagnostic::do_not_recommend]
        impl<C, $($quiet: QuietTypes,)? M, Mode, K> Yieldable<Grouped<M>, Mode, K> for $option<C $(, $quiet)?>
        where
            C: Yieldable<M, Mode, K, Pending: Parallel>,
            K: FrameKind,
        {
            type Output = C::Output;
            type Pending = C::Pending;

            fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
                let mut pending = self.children.into_pending(frame);
                pending.set_policy($policy);
                pending
            }
        }

        joined_option!($option [$($quiet)?], Parallel, [] => C::Value);
    };
}

macro_rules! joined_option {
    ($option:ident [$($quiet:ident)?], $pending:ident, [$($bound:tt)*] => $value:ty) => {
        joinable! {
            /// Makes a future of it, for use outside a coroutine: see [`Multi::join`].
            ///
            /// # Errors
            ///
            /// The same as those of the yield.
            ///
            /// # Cancellation
            ///
            /// Dropping the future drops the children: see [`multi`](crate::multi()).
            [C $(, $quiet)?] $option<C $(, $quiet)?>
        }

        // The bound on `Yieldable` selects the containers that can have the option. Without it, a
        // single future would be taken for a future whose error cannot be thrown.
        impl<C, $($quiet,)? M> HasError<Grouped<M>> for $option<C $(, $quiet)?>
        where
            C: HasError<M, $($bound)*> + Yieldable<M, Raw, i32, Pending: $pending>,
        {
            type Err = C::Err;
            type Value = $value;
        }
    };
}

multi_option!(MultiQuiet[Q], Policy { is_quiet: Q::include, ..Policy::DEFAULT });
multi_option!(MultiFailFast [], Policy { until: Until::FirstFailure, ..Policy::DEFAULT });
joined_option!(MultiSettled [], Settle, [Value: EachResult] => <C::Value as EachResult>::Results);

#[diagnostic::do_not_recommend]
impl<C, M, Mode, K> Yieldable<Grouped<M>, Mode, K> for MultiSettled<C>
where
    C: Yieldable<M, Mode, K, Pending: Settle>,
    K: FrameKind,
{
    type Output = <C::Pending as Settle>::Output;
    type Pending = Settled<C::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        Settled::new(self.children.into_pending(frame))
    }
}
