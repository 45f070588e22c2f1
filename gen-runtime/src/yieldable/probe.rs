//! The question that each `yield_!` asks of what it is given: in which mode does it fit?
//!
//! Method lookup answers it. It tries the methods of one name in a fixed order: of the type itself, of a trait, of a trait for a reference to it, for a mutable
//! reference; and then the same of what the type dereferences to. Whether a method fits is decided by the bounds of its impl. So
//! `ask(y, &frame).resolve_yielded().pending_yielded()` takes the first of these:
//!
//! | method | level | found as | what was yielded |
//! |---|---|---|---|
//! | `resolve_yielded` | 1 | a method of [`Asked`] | a coroutine whose `Result` is opened; known to be one, it may be left to it to look for what is thrown |
//! | | 2 | [`Resolve`] for `Asked` | what is yieldable with its `Result`s opened |
//! | | 3 | `Resolve` for `&Asked` | its outputs are `Result`s, but of an error that cannot be thrown: [`Unthrowable`] |
//! | | 4 | `Resolve` for `&mut Asked` | something else: [`Rest`] |
//! | `pending_yielded` | 5 | a method of `Rest` | a future whose output is handed over as it is |
//! | | 6 | [`IntoPending`] for `Rest` | what is yieldable with its outputs as they are |
//! | | 7 | methods of [`Wrong`], which `Rest` dereferences to | a [common mistake](super::mistakes), which is explained |
//! | | 8 | [`Anything`](super::mistakes::Anything) for `Wrong` | anything else |
//!
//! What can be yielded becomes a [`Pending`]. Levels 3, 7 and 8 have a bound on their *method* that is not satisfied: that is reported, once and in its own words,
//! where a bound on the impl would only make rustc look further.
//!
//! Most yields are of levels 1 and 2, and a crate may have thousands: what these cost the compiler is most of what a yield costs it (`benches`, `compile_time`).

use std::future::{ready, Future, IntoFuture, Ready};
use std::marker::PhantomData;
use std::ops::Deref;

use super::future::{Called, Plain};
use super::mistakes::Wrong;
use super::{Flat, Raw, Yieldable};
use crate::coroutine::{AsItIs, Frame, Kind, Pending};
use crate::{Coroutine, Error, Result, Throw};

/// What was yielded, and the frame of the body it was yielded in.
pub struct Asked<'f, Y, M, K: Kind> {
    /// Level 4 finds a reference only, and takes it from there.
    yielded: Option<Y>,
    frame: &'f Frame<K>,
    kind: PhantomData<M>,
}

/// What is not resolved with its results opened.
pub struct Rest<'f, Y, M, K: Kind> {
    yielded: Y,
    frame: &'f Frame<K>,
    kind: PhantomData<M>,
}

/// What has an error that cannot be thrown.
pub struct Unthrowable<Y, M>(PhantomData<(fn() -> Y, M)>);

/// Asks what a value is.
#[inline(always)]
pub fn ask<Y, M, K: Kind>(yielded: Y, frame: &Frame<K>) -> Asked<'_, Y, M, K> {
    Asked { yielded: Some(yielded), frame, kind: PhantomData }
}

impl<Y, M, K: Kind> Asked<'_, Y, M, K> {
    #[inline(always)]
    fn take(&mut self) -> Y {
        self.yielded.take().expect("one level answers, once")
    }
}

/// The levels from 2 on.
pub trait Resolve {
    /// What it answers with.
    type Answer;
    /// Answers.
    fn resolve_yielded(self) -> Self::Answer;
}

/// What is waited for, of all that is yieldable but futures.
pub trait IntoPending {
    /// The future.
    type Future;
    /// Makes it.
    fn pending_yielded(self) -> Pending<Self::Future, AsItIs>;
}

impl<Y, T, E, M, K> Asked<'_, Y, Called<M>, K>
where
    Y: Coroutine<Output = std::result::Result<T, E>>,
    E: Throw<M>,
    K: Kind,
{
    /// Level 1.
    #[inline(always)]
    pub fn resolve_yielded(mut self) -> Pending<Y, Called<M>> {
        Pending::new(self.take())
    }
}

impl<Y, M, K> Resolve for Asked<'_, Y, M, K>
where
    Y: Yieldable<M, Flat, K>,
    K: Kind,
{
    type Answer = Y::Pending;

    #[inline(always)]
    fn resolve_yielded(mut self) -> Y::Pending {
        self.take().into_pending(self.frame)
    }
}

impl<Y, M, K> Resolve for &Asked<'_, Y, M, K>
where
    Y: HasError<M>,
    K: Kind,
{
    type Answer = Unthrowable<Y, M>;

    fn resolve_yielded(self) -> Unthrowable<Y, M> {
        Unthrowable(PhantomData)
    }
}

impl<'f, Y, M, K: Kind> Resolve for &mut Asked<'f, Y, M, K> {
    type Answer = Rest<'f, Y, M, K>;

    #[inline(always)]
    fn resolve_yielded(self) -> Rest<'f, Y, M, K> {
        Rest { yielded: self.take(), frame: self.frame, kind: PhantomData }
    }
}

impl<F, H> Pending<F, H> {
    /// Itself: levels 1 and 2.
    #[inline(always)]
    pub fn pending_yielded(self) -> Self {
        self
    }
}

impl<F, T> IntoPending for F
where
    F: Future<Output = Result<T>>,
{
    type Future = F;

    #[inline(always)]
    fn pending_yielded(self) -> Pending<F, AsItIs> {
        Pending::new(self)
    }
}

impl<Y, M> Unthrowable<Y, M> {
    /// Never called: this level is reached only by an error that cannot be thrown, and that does not compile here.
    ///
    /// It would be reached by a type with a [`HasError`] that is wider than its [`Yieldable`]; that is a mistake of this crate's, and to be told, not to hang.
    pub fn pending_yielded<E: Throw<T>, T>(self) -> Pending<Ready<Result<Y::Value>>, AsItIs>
    where
        Y: HasError<M, Err = E>,
    {
        Pending::new(ready(Err(Error::new(
            "what was yielded has errors that can be thrown, but cannot be yielded itself",
        ))))
    }
}

impl<Y: IntoFuture, K: Kind> Rest<'_, Y, Plain, K> {
    /// Level 5.
    #[inline(always)]
    pub fn pending_yielded(self) -> Pending<Y::IntoFuture, Plain> {
        Pending::new(self.yielded.into_future())
    }
}

impl<Y, M, K> IntoPending for Rest<'_, Y, M, K>
where
    Y: Yieldable<M, Raw, K>,
    K: Kind,
{
    type Future = Y::Pending;

    #[inline(always)]
    fn pending_yielded(self) -> Pending<Y::Pending, AsItIs> {
        Pending::new(self.yielded.into_pending(self.frame))
    }
}

impl<Y, M, K: Kind> Deref for Rest<'_, Y, M, K> {
    type Target = Wrong<Y, M>;

    fn deref(&self) -> &Wrong<Y, M> {
        unreachable!("what is found there is a mistake, and has been reported as an error")
    }
}

/// Whatever resolves to a `Result`, or to many, whether its error can be thrown or not.
pub trait HasError<M> {
    /// The error.
    type Err;
    /// What the yield would give if the error could be thrown.
    type Value;
}

impl<F, T, E> HasError<Plain> for F
where
    F: IntoFuture<Output = std::result::Result<T, E>>,
{
    type Err = E;
    type Value = T;
}
