//! Finds `Result`s that a yield would leave unopened in its value.
//!
//! A list of tuples, or a tuple in a variable, is yielded in one mode as a whole. The mode is
//! [`Flat`](super::modes::Flat) if each of its futures gives a `Result`, and else
//! [`Raw`](super::modes::Raw). If only some of the futures give a `Result`, the raw mode would give
//! these `Result`s unopened, and `yield_!(vec![(save(), async {})])?` would silently ignore the
//! error of `save`. So the [probe](crate::yield_macro::probe) refuses such a yield, with advice.
//!
//! For this it uses a mode of its own, [`Seen`], in which the output of each future is wrapped in a
//! [`Leaf`]. Containers are generic over the mode, those of users too. So the type of the yield's
//! value shows the output of each future: `Vec<(Leaf<Result<(), E>>, Leaf<()>)>`. The yield is
//! refused if this type implements [`Fails`]. The content of a leaf is not searched: a future may
//! give an `Option<Result<T, E>>`, as it may where it is yielded alone. A search for a `Result` in
//! a `Result` would also find each `Result<T, E>` whose `T` rustc infers only from later code:
//! method lookup takes a level that may apply.
//!
//! None of this code ever runs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;

use super::future::Plain;
use super::Yieldable;
use crate::coroutine::{Frame, FrameKind, OutputMode, Pending};
use crate::parallel::for_each_arity;
use crate::Result;

/// The mode in which the type of the value shows which parts of it are outputs of futures.
#[derive(Debug)]
pub enum Seen {}

/// The output of one future.
#[derive(Debug)]
pub struct Leaf<T>(PhantomData<T>);

/// Wraps outputs in leaves.
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

/// The condition that a yield which would leave a `Result` unopened does not satisfy.
#[diagnostic::on_unimplemented(
    message = "this yield would leave a `Result` unopened, and its error would be lost",
    label = "some of its futures can fail, and some cannot",
    note = "for each future that cannot fail, write `gen::ok(future)`; then the yield opens all of them",
    note = "a tuple that is written out in the `yield_!` itself may mix them: `yield_!((a, b))`",
    note = "a `Result` is not opened either if its error is not a `std::error::Error`: write `impl std::error::Error` for it",
    note = "to get each `Result` unopened, write `yield_!(gen::raw(..))`"
)]
pub trait OpensEachResult {}

/// A value in which the output of some future is a `Result`. `N` says which one.
///
/// If several are, rustc cannot choose one of them. It takes the level of the probe nevertheless,
/// which does not depend on `N`.
pub trait Fails<N> {}

/// Marks the leaf itself.
pub enum InLeaf {}

/// Marks a value in a container.
pub struct Within<N>(PhantomData<N>);

/// Marks the first element of the rest of a tuple.
pub struct First<N>(PhantomData<N>);

/// Marks a later element of the rest of a tuple.
pub struct Behind<N>(PhantomData<N>);

impl<T, E> Fails<InLeaf> for Leaf<std::result::Result<T, E>> {}

impl<V: Fails<N>, N> Fails<Within<N>> for Vec<V> {}
impl<V: Fails<N>, N> Fails<Within<N>> for Box<[V]> {}
impl<V: Fails<N>, N> Fails<Within<N>> for VecDeque<V> {}
impl<V: Fails<N>, N, const LENGTH: usize> Fails<Within<N>> for [V; LENGTH] {}
impl<V: Fails<N>, N> Fails<Within<N>> for Option<V> {}
impl<Q, V: Fails<N>, S, N> Fails<Within<N>> for HashMap<Q, V, S> {}
impl<Q, V: Fails<N>, N> Fails<Within<N>> for BTreeMap<Q, V> {}
/// The result that [`Multi::settle`](crate::Multi::settle) gives for each child.
impl<V: Fails<N>, N> Fails<Within<N>> for Result<V> {}

/// The elements of a tuple, as nested pairs.
pub struct TupleRest<First, Rest>(PhantomData<(First, Rest)>);

impl<V: Fails<N>, R, N> Fails<First<N>> for TupleRest<V, R> {}
impl<V, R: Fails<N>, N> Fails<Behind<N>> for TupleRest<V, R> {}

macro_rules! elements {
    () => { () };
    ($element:ident $($rest:ident)*) => { TupleRest<$element, elements!($($rest)*)> };
}

macro_rules! tuple_fails {
    ($join:ident: $(($element:ident $value:ident $marker:ident $variable:ident $index:tt))+) => {
        impl<$($element,)+ N> Fails<Within<N>> for ($($element,)+) where elements!($($element)+): Fails<N> {}
    };
}

for_each_arity!(tuple_fails);
