//! Which `Result`s would lie unopened in the value of a yield.
//!
//! A list of tuples, or a tuple in a variable, is yielded in one mode for all of it: [`Flat`](super::modes::Flat) if each
//! of its futures gives a `Result`, else [`Raw`](super::modes::Raw). If only some of them give one, the raw mode would
//! hand these over as they are, and `yield_!(vec![(save(), async {})])?` would drop the error of `save` without a
//! word. So the [probe](crate::yield_macro::probe) refuses it, and says what to write.
//!
//! It asks in a mode of its own, [`Seen`], in which every future's output is put into a [`Leaf`]. Containers are
//! generic over the mode, those of users too; so the type that the yield would give tells what comes out of each
//! future: `Vec<(Leaf<Result<(), E>>, Leaf<()>)>`. Whether [`Fails`] holds of that type is the answer. What is in
//! a leaf is not looked at: a future of an `Option<Result<T, E>>` may give one, as it may where it is yielded alone.
//!
//! Nothing of it ever runs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;

use super::future::Plain;
use super::Yieldable;
use crate::coroutine::{Frame, FrameKind, OutputMode, Pending};
use crate::Result;

/// The mode in which the type of the value tells which parts of it are outputs of futures.
#[derive(Debug)]
pub enum Seen {}

/// The output of one future.
#[derive(Debug)]
pub struct Leaf<T>(PhantomData<T>);

/// How outputs become leaves.
#[derive(Debug)]
pub enum Leaves {}

impl<F: Future> OutputMode<F> for Leaves {
    type Value = Leaf<F::Output>;

    fn into_result(_: F::Output) -> Result<Self::Value> {
        Ok(Leaf(PhantomData))
    }
}

impl<F: IntoFuture, K: FrameKind> Yieldable<Plain, Seen, K> for F {
    type Output = Leaf<F::Output>;
    type Pending = Pending<F::IntoFuture, Leaves>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        Pending::new(self.into_future())
    }
}

/// What is said of a yield that would leave a `Result` unopened.
#[diagnostic::on_unimplemented(
    message = "a `Result` would lie unopened in what this yields, and its error would be lost",
    label = "some of it can fail, and some cannot",
    note = "make what cannot fail a future that can, and all of it is opened: `gen::ok(future)`",
    note = "the elements of a tuple that is written out in the `yield_!` itself may be mixed: `yield_!((a, b))`",
    note = "an error that is no `std::error::Error` is not opened either: `impl std::error::Error` for it",
    note = "to get each `Result` as it is: `yield_!(gen::raw(..))`"
)]
pub trait OpensEachResult {}

/// A value in which the output of some future is a `Result`; `N` says where.
///
/// Where several are, rustc cannot choose one of them; it then takes the level of the probe all the same, which does
/// not look at `N`.
pub trait Fails<N> {}

/// Marks the leaf itself.
pub enum InLeaf {}

/// Marks what is in a container.
pub struct Within<N>(PhantomData<N>);

/// Marks the first element of the rest of a tuple.
pub struct First<N>(PhantomData<N>);

/// Marks one of the elements behind it.
pub struct Behind<N>(PhantomData<N>);

impl<T, E> Fails<InLeaf> for Leaf<std::result::Result<T, E>> {}

impl<V: Fails<N>, N> Fails<Within<N>> for Vec<V> {}
impl<V: Fails<N>, N> Fails<Within<N>> for Box<[V]> {}
impl<V: Fails<N>, N> Fails<Within<N>> for VecDeque<V> {}
impl<V: Fails<N>, N, const LENGTH: usize> Fails<Within<N>> for [V; LENGTH] {}
impl<V: Fails<N>, N> Fails<Within<N>> for Option<V> {}
impl<Q, V: Fails<N>, S, N> Fails<Within<N>> for HashMap<Q, V, S> {}
impl<Q, V: Fails<N>, N> Fails<Within<N>> for BTreeMap<Q, V> {}
/// What [`Multi::settle`](crate::Multi::settle) gives of each child.
impl<V: Fails<N>, N> Fails<Within<N>> for Result<V> {}

/// The elements of a tuple, one after the other.
pub struct TupleRest<First, Rest>(PhantomData<(First, Rest)>);

impl<V: Fails<N>, R, N> Fails<First<N>> for TupleRest<V, R> {}
impl<V, R: Fails<N>, N> Fails<Behind<N>> for TupleRest<V, R> {}

macro_rules! elements {
    () => { () };
    ($element:ident $($rest:ident)*) => { TupleRest<$element, elements!($($rest)*)> };
}

macro_rules! tuple_fails {
    ($($element:ident)+) => {
        impl<$($element,)+ N> Fails<Within<N>> for ($($element,)+) where elements!($($element)+): Fails<N> {}
    };
}

tuple_fails!(A);
tuple_fails!(A B);
tuple_fails!(A B C);
tuple_fails!(A B C D);
tuple_fails!(A B C D E);
tuple_fails!(A B C D E F);
tuple_fails!(A B C D E F G);
tuple_fails!(A B C D E F G H);
tuple_fails!(A B C D E F G H I);
tuple_fails!(A B C D E F G H I J);
tuple_fails!(A B C D E F G H I J K);
tuple_fails!(A B C D E F G H I J K L);
