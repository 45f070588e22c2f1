//! The question that each `yield_!` asks of what it is given: in which mode does it fit?
//!
//! Method lookup answers it. It tries the methods of one name in a fixed order: of the type itself, of a trait, then both for a reference to it, and for a mutable
//! reference; and then the same of what the type dereferences to. Whether a method fits is decided by the bounds of its impl. So
//! `ask(y, here).pending_yielded(&frame)` takes the first of these:
//!
//! | level | found as | what was yielded |
//! |---|---|---|
//! | 1 | a method of [`Asked`] | a coroutine whose `Result` is opened; known to be one, it may be left to it to look for what is thrown |
//! | 2 | [`IntoPending`] for `Asked` | another future whose `Result` is opened |
//! | 3 | a method of `&Asked` | a future of a `Result` with an error that cannot be thrown |
//! | 4 | `IntoPending` for `&Asked` | a future whose output is handed over as it is; what else is yieldable with its `Result`s opened |
//! | 5 | a method of `&mut Asked` | its outputs are `Result`s, but of an error that cannot be thrown |
//! | 6 | a method of `&Rest`, which `Asked` dereferences to | some of its outputs are `Result`s, and would [lie unopened](crate::yieldable::unopened) in the value |
//! | 7 | `IntoPending` for `&Rest` | what else is yieldable with its outputs as they are |
//! | 8 | methods of [`Wrong`], which `Rest` dereferences to | a [common mistake](super::mistakes), which is explained |
//! | 9 | [`Anything`](super::mistakes::Anything) for `Wrong` | anything else |
//!
//! What can be yielded becomes a [`Pending`]. Levels 3, 5, 6, 8 and 9 have a bound on their *method* that is not satisfied: that is reported, once and in its own words,
//! where a bound on the impl would only make rustc look further.
//!
//! Most yields are of levels 1 and 2, and a crate may have thousands: what these cost the compiler is most of what a yield costs it (`benches`, `compile_time`).
//! So they ask for nothing but futures, and not for the kind of the frame, which rustc knows only at the end of the body: what depends on it is tried again and
//! again until then.

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

/// What was yielded, and where: the levels 1 to 5.
pub struct Asked<Y, M, P> {
    rest: Rest<Y, M, P>,
}

/// The same, for the levels 6 and 7.
pub struct Rest<Y, M, P> {
    /// The levels from 4 on find a reference only, and take it from there.
    yielded: Cell<Option<(Y, P)>>,
    kind: PhantomData<M>,
}

/// Asks what a value is.
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
    /// What is waited for.
    type Pending;
    /// Answers.
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
    /// Level 3. Does not compile: it is reached only by an error that cannot be thrown.
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

/// Marks what is no future by itself.
pub struct Many<M>(PhantomData<M>);

/// Marks what has some outputs that are `Result`s, and others that are not.
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
    /// Level 5. Does not compile: it is reached only by an error that cannot be thrown.
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
    /// Level 6. Does not compile.
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

/// What a yield would wait for that does not compile.
type NeverPending<T> = Pending<Ready<Result<T>>, Identity, NoSite>;

/// It would be reached by a type with a [`HasError`] that is wider than its [`Yieldable`]; that is a mistake of this crate's, and to be told, not to hang.
fn unthrowable<T>() -> NeverPending<T> {
    Pending::new(ready(Err(Error::new(
        "what was yielded has errors that can be thrown, but cannot be yielded itself",
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
        unreachable!("what is found there is a mistake, and has been reported as an error")
    }
}
