//! The types by which the [mistakes](super) are recognised.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_core::Stream;

use super::{
    Borrowed, BoxedUnpinned, Children, Elements, Entries, JoinedThread, Members, Mistake, Nothing, Period,
    SharedReference, Streamed, Uncalled, UncalledWith, Uncollected, Unkeyed, Unmade, Unopened, Unpinned,
    Unreleased, Untried, Value, Waited,
};
use crate::multi::Multi;
use crate::parallel::for_each_arity;
use crate::yieldable::wrappers::{OkFuture, RawOutputs};
use crate::{
    Bracket, Callable, Callback, CancelTimeout, FirstOf, FirstOk, FirstOkSettled, Forget, Hedge,
    HedgeSettled, Limit, Repeat, Retry,
};
use crate::{Shield, Wait, WaitAll, WithTimeout};

impl<I: Iterator> Mistake<Uncollected> for I {
    type About = I;
}

impl<S: Stream> Mistake<Streamed> for S {
    type About = S;
}

impl<F: FnOnce() -> R, R> Mistake<Uncalled> for F {
    type About = F;
}

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
function_with_arguments!(A1 A2 A3 A4 A5);
function_with_arguments!(A1 A2 A3 A4 A5 A6);
function_with_arguments!(A1 A2 A3 A4 A5 A6 A7);
function_with_arguments!(A1 A2 A3 A4 A5 A6 A7 A8);

impl<T, E> Mistake<Unopened> for Result<T, E> {
    type About = Self;
}

impl Mistake<Nothing> for () {
    type About = ();
}

impl<V: Primitive> Mistake<Value> for V {
    type About = V;
}

/// A type that is always only a value. All of these types share one impl of [`Mistake`]. With
/// several impls, an integer literal, whose type rustc does not know yet, would be ambiguous.
pub trait Primitive {}

macro_rules! primitives {
    ($($primitive:ty)+) => {$(
        impl Primitive for $primitive {}
    )+};
}

primitives!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char &str String);

impl Mistake<Period> for Duration {
    type About = Self;
}

impl Mistake<Period> for Instant {
    type About = Self;
}

impl<T> Mistake<JoinedThread> for JoinHandle<T> {
    type About = T;
}

impl<F: Future + ?Sized> Mistake<Unpinned> for &mut F {
    type About = F;
}

impl<F: Future + ?Sized> Mistake<SharedReference> for &F {
    type About = F;
}

impl<F: Future + ?Sized> Mistake<SharedReference> for Rc<F> {
    type About = F;
}

impl<F: Future + ?Sized> Mistake<SharedReference> for Arc<F> {
    type About = F;
}

impl<F: Future + ?Sized> Mistake<BoxedUnpinned> for Box<F> {
    type About = F;
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

/// A map, whose message also names the type of the keys.
pub trait Map: Mistake<Entries> {
    /// The type of the keys.
    type Key;
}

impl<Q, Y, S> Mistake<Entries> for HashMap<Q, Y, S> {
    type About = Y;
}

impl<Q, Y, S> Map for HashMap<Q, Y, S> {
    type Key = Q;
}

impl<Q, Y> Mistake<Entries> for BTreeMap<Q, Y> {
    type About = Y;
}

impl<Q, Y> Map for BTreeMap<Q, Y> {
    type Key = Q;
}

/// A container, whose elements have to be moved out of it to be yielded.
pub trait Container {}

impl<Y> Container for Vec<Y> {}
impl<Y> Container for VecDeque<Y> {}
impl<Y> Container for [Y] {}
impl<Y, const N: usize> Container for [Y; N] {}
impl<Y> Container for Option<Y> {}
impl<Q, Y, S> Container for HashMap<Q, Y, S> {}
impl<Q, Y> Container for BTreeMap<Q, Y> {}

impl<C: Container + ?Sized> Mistake<Borrowed> for &C {
    type About = C;
}

impl<C: Container + ?Sized> Mistake<Borrowed> for &mut C {
    type About = C;
}

macro_rules! tuple {
    ($join:ident: $(($element:ident $value:ident $marker:ident $variable:ident $index:tt))+) => {
        impl<$($element),+> Mistake<Elements> for ($($element,)+) {
            type About = Self;
        }
    };
}

for_each_arity!(tuple);

impl<Y, Q> Mistake<Waited> for CancelTimeout<Y, Q> {
    type About = Y;
}

impl<Y> Mistake<Waited> for Shield<Y> {
    type About = Y;
}

impl<Y, Q> Mistake<Waited> for WithTimeout<Y, Q> {
    type About = Y;
}

impl<Y> Mistake<Waited> for RawOutputs<Y> {
    type About = Y;
}

impl<C> Mistake<Children> for Limit<C> {
    type About = C;
}

impl<C> Mistake<Children> for FirstOf<C> {
    type About = C;
}

impl<C, Q> Mistake<Children> for FirstOk<C, Q> {
    type About = C;
}

impl<C, Q> Mistake<Children> for FirstOkSettled<C, Q> {
    type About = C;
}

impl<F, Q> Mistake<Untried> for Hedge<F, Q> {
    type About = Self;
}

impl<F, Q> Mistake<Untried> for HedgeSettled<F, Q> {
    type About = Self;
}

impl<S, F, W, N> Mistake<Untried> for Retry<S, F, W, N> {
    type About = Self;
}

impl<S, F> Mistake<Untried> for Repeat<S, F> {
    type About = Self;
}

impl<A, U> Mistake<Unreleased> for Bracket<A, U> {
    type About = Self;
}

impl<C> Mistake<Children> for Multi<C> {
    type About = C;
}

/// A yield point that has a key.
pub trait Keyed {
    /// The type of the value that it transfers.
    type Carries;
    /// The value that the yield would give.
    type Output;
}

impl<T, Q> Keyed for Callback<T, Q> {
    type Carries = T;
    type Output = Callable<T>;
}

impl<T, Q> Keyed for Wait<T, Q> {
    type Carries = T;
    type Output = T;
}

impl<T, Q> Keyed for WaitAll<T, Q> {
    type Carries = T;
    type Output = Vec<T>;
}

impl<Q> Keyed for Forget<Q> {
    type Carries = ();
    type Output = ();
}

impl<P: Keyed> Mistake<Unkeyed> for P {
    type About = P::Carries;
}

impl<F> Mistake<Unmade> for OkFuture<F> {
    type About = F;
}
