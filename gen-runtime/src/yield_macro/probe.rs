//! The probe: finds the mode in which the argument of a `yield_!` can be yielded.
//!
//! Method lookup does the search. It tries the methods of one name in a fixed order: those of the
//! type itself, those of traits for the type, then both for a reference to it, then both for a
//! mutable reference, and then the same for the type to which it dereferences. The bounds of an
//! impl decide whether its method fits. So `ask(y, here).pending_yielded(&frame)` takes the first
//! of these levels that fits:
//!
//! | level | found as | the yielded value |
//! |---|---|---|
//! | 1 | a method of [`Asked`] | a coroutine whose `Result` is opened; as a coroutine, it may check for thrown errors in place of the yield |
//! | 2 | [`IntoPending`] for `Asked` | another future whose `Result` is opened |
//! | 3 | a method of `&Asked` | a future of a `Result` whose error cannot be thrown |
//! | 4 | `IntoPending` for `&Asked` | a future whose output is given unchanged; another yieldable, whose `Result`s are opened |
//! | 5 | a method of `&mut Asked` | a yieldable with `Result`s whose error cannot be thrown |
//! | 6 | a method of `&Rest`, to which `Asked` dereferences | a yieldable that would leave some `Result`s [unopened](crate::yieldable::unopened) |
//! | 7 | `IntoPending` for `&Rest` | another yieldable, whose outputs are given unchanged |
//! | 8 | a method of [`Wrong`], to which `Rest` dereferences | a [common mistake](super::mistakes) with a message of its own |
//! | 9 | [`Anything`](super::mistakes::Anything) for `Wrong` | any other value |
//!
//! A value that can be yielded becomes a [`Pending`]. On the levels 3, 5, 6, 8 and 9 a bound of the
//! *method* is not satisfied. rustc reports that bound, once and with its own message. For a bound
//! of the impl, it would only try the next level.
//!
//! Most yields are on the levels 1 and 2, and a crate may have thousands of them. Their cost for
//! the compiler is most of the cost of a yield (`benches`, `compile_time`). So these levels only
//! check whether the value is a future. They do not depend on the kind of the frame: rustc knows it
//! only at the end of the body, and until then it tries everything that depends on it again and
//! again.

use std::cell::Cell;
use std::future::{ready, IntoFuture, Ready};
use std::marker::PhantomData;
use std::ops::Deref;

use super::mistakes::Wrong;
use crate::coroutine::{Frame, FrameKind, Identity, NoSite, Pending};
use crate::yieldable::modes::{Flat, Raw};
use crate::yieldable::unopened::{Fails, OpensEachResult, Seen};
use crate::yieldable::{Called, Fallible, HasError, Plain, Yieldable, Yielded};
use crate::{Coroutine, Error, Result, Throw};

/// The yielded value and its position, for the levels 1 to 5.
pub struct Asked<Y, M, P> {
    rest: Rest<Y, M, P>,
}

/// The same, for the levels 6 and 7.
pub struct Rest<Y, M, P> {
    /// In a cell, because the levels from 4 on get only a reference, and take the value out of it.
    yielded: Cell<Option<(Y, P)>>,
    kind: PhantomData<M>,
}

/// Begins the probe of a value.
#[inline(always)]
pub fn ask<Y, M, P>(yielded: Y, here: P) -> Asked<Y, M, P> {
    Asked { rest: Rest { yielded: Cell::new(Some((yielded, here))), kind: PhantomData } }
}

impl<Y, M, P> Asked<Y, M, P> {
    #[inline(always)]
    fn take(&self) -> (Y, P) {
        self.rest.take()
    }
}

impl<Y, M, P> Rest<Y, M, P> {
    #[inline(always)]
    fn take(&self) -> (Y, P) {
        self.yielded.take().expect("one level answers, once")
    }
}

impl<Y, T, E, M, P> Asked<Y, Called<M>, P>
where
    Y: Coroutine<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    /// Level 1.
    #[inline(always)]
    pub fn pending_yielded<F>(self, _: &F) -> Pending<Y, Called<M>, P> {
        let (yielded, here) = self.take();
        Pending::at(yielded, here)
    }
}

/// The levels 2, 4 and 7.
pub trait IntoPending<F> {
    /// The future that the yield waits for.
    type Pending;
    /// Converts the value.
    fn pending_yielded(self, frame: &F) -> Self::Pending;
}

impl<Y, T, E, M, P, F> IntoPending<F> for Asked<Y, Fallible<M>, P>
where
    Y: IntoFuture<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    type Pending = Pending<Y::IntoFuture, Fallible<M>, P>;

    #[inline(always)]
    fn pending_yielded(self, _: &F) -> Self::Pending {
        let (yielded, here) = self.take();
        Pending::at(yielded.into_future(), here)
    }
}

impl<Y: HasError<Plain>, P> Asked<Y, Plain, P> {
    /// Level 3. It never compiles: lookup reaches it only if the error cannot be thrown.
    pub fn pending_yielded<E: Throw<M>, M, F>(&self, _: &F) -> NeverPending<Y::Value>
    where
        Y: HasError<Plain, Err = E>,
    {
        unthrowable()
    }
}

impl<Y: IntoFuture, P, F> IntoPending<F> for &Asked<Y, Plain, P> {
    type Pending = Pending<Y::IntoFuture, Plain, P>;

    #[inline(always)]
    fn pending_yielded(self, _: &F) -> Self::Pending {
        let (yielded, here) = self.take();
        Pending::at(yielded.into_future(), here)
    }
}

/// Marks yieldables that are not futures, such as containers.
pub struct Many<M>(PhantomData<M>);

/// Marks yieldables of which only some outputs are `Result`s.
pub struct Partly<M, N>(PhantomData<(M, N)>);

impl<Y, M, P, K> IntoPending<Frame<K>> for &Asked<Y, Many<M>, P>
where
    Y: Yieldable<M, Flat, K>,
    K: FrameKind,
{
    type Pending = Pending<Y::Pending, Identity, P>;

    #[inline(always)]
    fn pending_yielded(self, frame: &Frame<K>) -> Self::Pending {
        let (yielded, here) = self.take();
        Pending::at(yielded.into_pending(frame), here)
    }
}

impl<Y: HasError<M>, M, P> Asked<Y, Many<M>, P> {
    /// Level 5. It never compiles: lookup reaches it only if the error cannot be thrown.
    pub fn pending_yielded<E: Throw<T>, T, F>(&mut self, _: &F) -> NeverPending<Y::Value>
    where
        Y: HasError<M, Err = E>,
    {
        unthrowable()
    }
}

impl<Y, M, N, P> Rest<Y, Partly<M, N>, P>
where
    Y: Yieldable<M, Seen, u8>,
    Y::Output: Fails<N>,
{
    /// Level 6. It never compiles.
    pub fn pending_yielded<B: OpensEachResult, T>(&self, _: &impl Sized) -> NeverPending<T>
    where
        Y: Yielded<By = B>,
    {
        unreachable!("nothing implements the trait")
    }
}

impl<Y, M, P, K> IntoPending<Frame<K>> for &Rest<Y, Many<M>, P>
where
    Y: Yieldable<M, Raw, K>,
    K: FrameKind,
{
    type Pending = Pending<Y::Pending, Identity, P>;

    #[inline(always)]
    fn pending_yielded(self, frame: &Frame<K>) -> Self::Pending {
        let (yielded, here) = self.take();
        Pending::at(yielded.into_pending(frame), here)
    }
}

/// The pending future of a yield that does not compile.
type NeverPending<T> = Pending<Ready<Result<T>>, Identity, NoSite>;

/// Would be reached by a type whose [`HasError`] is wider than its [`Yieldable`]. That is a bug of
/// this crate, which is reported as an error of the yield.
fn unthrowable<T>() -> NeverPending<T> {
    Pending::new(ready(Err(Error::new(
        "the yielded value has errors that can be thrown, but is not yieldable itself",
    ))))
}

impl<Y, M, P> Deref for Asked<Y, M, P> {
    type Target = Rest<Y, M, P>;

    #[inline(always)]
    fn deref(&self) -> &Rest<Y, M, P> {
        &self.rest
    }
}

impl<Y, M, P> Deref for Rest<Y, M, P> {
    type Target = Wrong<Y, M>;

    fn deref(&self) -> &Wrong<Y, M> {
        unreachable!("a value for which lookup gets here is a mistake, which rustc reports")
    }
}
