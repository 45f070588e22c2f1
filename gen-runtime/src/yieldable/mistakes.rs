//! What people yield by mistake, and what they are told: the last levels of the [probe](super::probe).
//!
//! A type that cannot be yielded is asked which of the common mistakes it is. Each has a marker, an impl of [`Mistake`] that recognises it, and a trait
//! that says what [`ACoroutine`] would have to do, and that nothing implements: the tag demands it, so that rustc reports it, once, in the words that stand
//! there. (Demanded of the type itself, rustc would advise the author of a generic function to add the trait to his bounds.) Nothing here ever runs.
//!
//! | what is yielded | marker | the trait that is missing |
//! |---|---|---|
//! | an iterator | [`Uncollected`] | [`YieldsIterators`] |
//! | a function or a closure | [`Uncalled`], [`UncalledWith`] | [`YieldsFunctions`] |
//! | a `Result` | [`Unopened`] | [`YieldsResults`] |
//! | `()` | [`Nothing`] | [`YieldsNothing`] |
//! | `&mut F`, `&F`, `Box<F>` of a future | [`Unpinned`], [`Shared`], [`BoxedUnpinned`] | [`YieldsUnpinned`], [`YieldsShared`], [`YieldsBoxedUnpinned`] |
//! | a list, map or `Option` of what cannot be yielded | [`Members`] | [`YieldsListsOf`] |
//! | a tuple of what cannot be yielded | [`Elements`] | [`YieldsTuple`] |
//! | what waits for another yieldable, or for many, of what is none | [`Waited`], [`Children`] | [`WaitsFor`], [`WaitsForChildren`] |
//! | anything else | | [`Yields`] |
//!
//! The markers keep the impls apart, as they do for [`Yieldable`](super::Yieldable). A type that is two mistakes at once would be ambiguous; no sensible type is.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::marker::PhantomData;

use crate::multi::Multi;
use crate::{CancelTimeout, FirstOf, Limit, Result, Shield, WithTimeout};

/// A common mistake, recognised by the type; `M` says which.
pub trait Mistake<M> {
    /// What to be told about: the type, or what is in it.
    type About: ?Sized;
}

/// What was yielded is the mistake `M`.
pub struct AsMistake<M>(pub(super) PhantomData<M>);

/// What was yielded is nothing that anybody yields.
pub struct AsAnything;

/// Who cannot yield it.
pub struct ACoroutine;

/// By whom something is yielded. It is always [`ACoroutine`]; but said of the type, for else method lookup knew that `resolve` does not fit, and would say only that.
pub trait Yielded {
    /// Who it is.
    type By;
}

impl<Y: ?Sized> Yielded for Y {
    type By = ACoroutine;
}

type By<Y> = <Y as Yielded>::By;

/// An iterator.
#[derive(Debug)]
pub enum Uncollected {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "an iterator cannot be yielded: it is no list yet",
    label = "an iterator",
    note = "collect it, and all it makes is resolved in parallel: `yield_!(iterator.collect::<Vec<_>>())`",
    note = "or yield what it makes one after the other: `for item in iterator {{ yield_!(item)?; }}`"
)]
pub trait YieldsIterators<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<I: Iterator> Mistake<Uncollected> for I {
    type About = I;
}

impl AsMistake<Uncollected> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Uncollected>>(self, _: Y) -> <By<Y> as YieldsIterators<Y::About>>::Pending
    where
        By<Y>: YieldsIterators<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A function or closure without arguments.
#[derive(Debug)]
pub enum Uncalled {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a function cannot be yielded, only what it returns",
    label = "not called",
    note = "call it: `yield_!(function(..))`"
)]
pub trait YieldsFunctions<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<F: FnOnce() -> R, R> Mistake<Uncalled> for F {
    type About = F;
}

impl AsMistake<Uncalled> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Uncalled>>(self, _: Y) -> <By<Y> as YieldsFunctions<Y::About>>::Pending
    where
        By<Y>: YieldsFunctions<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// One with arguments, which are the `A`.
pub struct UncalledWith<A>(PhantomData<A>);

macro_rules! function_with_arguments {
    ($($argument:ident)+) => {
        impl<F: FnOnce($($argument),+) -> R, R, $($argument),+> Mistake<UncalledWith<($($argument,)+)>> for F {
            type About = F;
        }
    };
}

function_with_arguments!(A1);
function_with_arguments!(A1 A2);
function_with_arguments!(A1 A2 A3);
function_with_arguments!(A1 A2 A3 A4);

impl<A> AsMistake<UncalledWith<A>> {
    /// Does not compile.
    pub fn resolve<Y>(self, _: Y) -> <By<Y> as YieldsFunctions<Y>>::Pending
    where
        By<Y>: YieldsFunctions<Y>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A `Result`.
#[derive(Debug)]
pub enum Unopened {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a `Result` cannot be yielded: it may be an error, with nothing to wait for",
    label = "a `Result`",
    note = "put a `?` inside, and yield what it holds: `yield_!(make()?)`"
)]
pub trait YieldsResults<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<T, E> Mistake<Unopened> for std::result::Result<T, E> {
    type About = Self;
}

impl AsMistake<Unopened> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Unopened>>(self, _: Y) -> <By<Y> as YieldsResults<Y::About>>::Pending
    where
        By<Y>: YieldsResults<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// `()`.
#[derive(Debug)]
pub enum Nothing {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`()` cannot be yielded: there is nothing to wait for",
    label = "nothing",
    note = "to let others run for a turn of the loop: `yield_!(gen::moment())`",
    note = "a block that ends with a `;` is `()`"
)]
pub trait YieldsNothing<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl Mistake<Nothing> for () {
    type About = ();
}

impl AsMistake<Nothing> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Nothing>>(self, _: Y) -> <By<Y> as YieldsNothing<Y::About>>::Pending
    where
        By<Y>: YieldsNothing<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A reference to a future that may not be moved.
#[derive(Debug)]
pub enum Unpinned {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a reference to a future that is not `Unpin` cannot be yielded",
    label = "not pinned",
    note = "yield the future itself; or pin it, `let mut future = std::pin::pin!(future);`, and then `yield_!(future.as_mut())`"
)]
pub trait YieldsUnpinned<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<F: Future + ?Sized> Mistake<Unpinned> for &mut F {
    type About = F;
}

impl AsMistake<Unpinned> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Unpinned>>(self, _: Y) -> <By<Y> as YieldsUnpinned<Y::About>>::Pending
    where
        By<Y>: YieldsUnpinned<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A shared reference to a future.
#[derive(Debug)]
pub enum Shared {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a shared reference to a future cannot be yielded: waiting for it changes it",
    label = "shared",
    note = "yield the future itself; several can wait for a `gen::SharedFuture`"
)]
pub trait YieldsShared<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<F: Future + ?Sized> Mistake<Shared> for &F {
    type About = F;
}

impl AsMistake<Shared> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Shared>>(self, _: Y) -> <By<Y> as YieldsShared<Y::About>>::Pending
    where
        By<Y>: YieldsShared<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A box of a future that may not be moved.
#[derive(Debug)]
pub enum BoxedUnpinned {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a box of a future that is not `Unpin` cannot be yielded",
    label = "not pinned",
    note = "make it with `Box::pin(..)`, or pin it: `yield_!(Box::into_pin(boxed))`"
)]
pub trait YieldsBoxedUnpinned<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<F: Future + ?Sized> Mistake<BoxedUnpinned> for Box<F> {
    type About = F;
}

impl AsMistake<BoxedUnpinned> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<BoxedUnpinned>>(self, _: Y) -> <By<Y> as YieldsBoxedUnpinned<Y::About>>::Pending
    where
        By<Y>: YieldsBoxedUnpinned<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A container of what cannot be yielded.
#[derive(Debug)]
pub enum Members {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "a list, map or `Option` of `{Y}` cannot be yielded, since `{Y}` cannot",
    label = "what is in it is not yieldable",
    note = "each of its members is a future, or a list, map or tuple of yieldables",
    note = "keys of a map are `Debug` too, for errors name them"
)]
pub trait YieldsListsOf<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<Y> Mistake<Members> for Vec<Y> {
    type About = Y;
}

impl<Y> Mistake<Members> for Box<[Y]> {
    type About = Y;
}

impl<Y> Mistake<Members> for VecDeque<Y> {
    type About = Y;
}

impl<Y, const N: usize> Mistake<Members> for [Y; N] {
    type About = Y;
}

impl<Y> Mistake<Members> for Option<Y> {
    type About = Y;
}

impl<Q, Y, S> Mistake<Members> for HashMap<Q, Y, S> {
    type About = Y;
}

impl<Q, Y> Mistake<Members> for BTreeMap<Q, Y> {
    type About = Y;
}

impl AsMistake<Members> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Members>>(self, _: Y) -> <By<Y> as YieldsListsOf<Y::About>>::Pending
    where
        By<Y>: YieldsListsOf<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A tuple that is not written out where it is yielded; of one that is, each element is asked by itself.
#[derive(Debug)]
pub enum Elements {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, since not all of its elements can",
    label = "not all of it is yieldable",
    note = "written out in the `yield_!`, each element is looked at by itself: `yield_!((a, b))`"
)]
pub trait YieldsTuple<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

macro_rules! tuple {
    ($($element:ident)+) => {
        impl<$($element),+> Mistake<Elements> for ($($element,)+) {
            type About = Self;
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);

impl AsMistake<Elements> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Elements>>(self, _: Y) -> <By<Y> as YieldsTuple<Y::About>>::Pending
    where
        By<Y>: YieldsTuple<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// A timeout or shield around what cannot be yielded.
#[derive(Debug)]
pub enum Waited {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded, and so `gen::with_timeout` and `gen::shield` cannot wait for it",
    label = "what it waits for is not yieldable",
    note = "what it waits for is a future, or a list, map or tuple of yieldables"
)]
pub trait WaitsFor<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<Y, Q> Mistake<Waited> for CancelTimeout<Y, Q> {
    type About = Y;
}

impl<Y> Mistake<Waited> for Shield<Y> {
    type About = Y;
}

impl<Y, Q> Mistake<Waited> for WithTimeout<Y, Q> {
    type About = Y;
}

impl AsMistake<Waited> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Waited>>(self, _: Y) -> <By<Y> as WaitsFor<Y::About>>::Pending
    where
        By<Y>: WaitsFor<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// What waits for many, and has none.
#[derive(Debug)]
pub enum Children {}

/// What is said of it.
#[diagnostic::on_unimplemented(
    message = "`{Y}` is no list or map of what can be yielded",
    label = "not a list or map of yieldables",
    note = "`gen::multi`, `gen::limit` and `gen::first_of` wait for the members of a list or map",
    note = "an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`"
)]
pub trait WaitsForChildren<Y: ?Sized> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl<C> Mistake<Children> for Limit<C> {
    type About = C;
}

impl<C> Mistake<Children> for FirstOf<C> {
    type About = C;
}

impl<C> Mistake<Children> for Multi<C> {
    type About = C;
}

impl AsMistake<Children> {
    /// Does not compile.
    pub fn resolve<Y: Mistake<Children>>(self, _: Y) -> <By<Y> as WaitsForChildren<Y::About>>::Pending
    where
        By<Y>: WaitsForChildren<Y::About>,
    {
        unreachable!("nothing implements the trait")
    }
}

/// What is said of anything else.
#[diagnostic::on_unimplemented(
    message = "`{Y}` cannot be yielded from a coroutine",
    label = "not yieldable",
    note = "a yieldable is a future, or a list, map or tuple of yieldables; a type of your own becomes one by implementing `IntoFuture`",
    note = "a value that is there already needs no `yield_!`; `gen::maybe_future!(value)` makes a future of it",
    note = "a type parameter needs a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`"
)]
pub trait Yields<Y> {
    /// Never resolved.
    type Pending: Future<Output = Result>;
}

impl AsAnything {
    /// Does not compile.
    pub fn resolve<Y>(self, _: Y) -> <By<Y> as Yields<Y>>::Pending
    where
        By<Y>: Yields<Y>,
    {
        unreachable!("nothing implements the trait")
    }
}
