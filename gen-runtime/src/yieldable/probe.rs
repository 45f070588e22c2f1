//! The question that each `yield_!` asks of the type it is given: in which mode does it fit?
//!
//! Method lookup answers it: `(&&&&&&Probe::of(&y, &frame)).probed_kind()` tries the receiver with the most references first, and each level is an impl of
//! [`Level`] for one reference less, so they are tried in this order:
//!
//! 1. A coroutine whose `Result` is opened, as the next level would; known to be one, it may be left to it to look for what is thrown. It is
//!    asked of what is yielded by itself; an element of a tuple is a child of a group, and begins with the next level.
//! 2. The type is yieldable with its `Result`s opened.
//! 3. Its outputs are `Result`s, but of an error that cannot be thrown; the tag then demands `E: Throw`, so that the error says that and
//!    is not handed over in silence.
//! 4. The type is yieldable with its outputs as they are.
//! 5. It is not yieldable, but a [common mistake](super::mistakes), which is explained.
//! 6. Anything else.
//!
//! Each level answers with a tag whose `resolve` makes the pending future. The tags of the last two have a bound there that is never satisfied: a bound on
//! the *method* is reported, once and in its own words, where one on the level would only make rustc look further.

use std::future::{ready, IntoFuture, Ready};
use std::marker::PhantomData;

use super::future::{CalledCoroutine, Fallible, Plain};
use super::mistakes::{AsAnything, AsMistake, Mistake};
use super::{Flat, Raw, Yieldable};
use crate::coroutine::{Frame, Kind};
use crate::{Coroutine, Error, Result, Throw};

/// A question about the type `Y`.
pub struct Probe<'f, Y, M, K: Kind> {
    frame: &'f Frame<K>,
    about: PhantomData<(fn() -> Y, M)>,
}

impl<'f, Y, M, K: Kind> Probe<'f, Y, M, K> {
    /// Asks about the type of a value.
    #[inline(always)]
    pub fn of(_: &Y, frame: &'f Frame<K>) -> Self {
        Probe { frame, about: PhantomData }
    }
}

/// A level of the probe, which holds or does not for each number of references.
pub trait Level {
    /// What it answers with.
    type Tag;
    /// Answers.
    fn probed_kind(&self) -> Self::Tag;
}

/// What is asked about is a coroutine.
pub struct AsCoroutine<M>(PhantomData<M>);
/// What is asked about is resolved with its results opened.
pub struct AsFlat<'f, M, K: Kind>(&'f Frame<K>, PhantomData<M>);
/// What is asked about has an error that cannot be thrown.
pub struct AsAnyResult<M>(PhantomData<M>);
/// What is asked about is resolved with its outputs as they are.
pub struct AsRaw<'f, M, K: Kind>(&'f Frame<K>, PhantomData<M>);

impl<Y, T, E, M, K> Level for &&&&&Probe<'_, Y, Fallible<M>, K>
where
    Y: Coroutine<Output = std::result::Result<T, E>>,
    E: Throw<M>,
    K: Kind,
{
    type Tag = AsCoroutine<M>;

    #[inline(always)]
    fn probed_kind(&self) -> Self::Tag {
        AsCoroutine(PhantomData)
    }
}

impl<'f, Y, M, K> Level for &&&&Probe<'f, Y, M, K>
where
    Y: Yieldable<M, Flat, K>,
    K: Kind,
{
    type Tag = AsFlat<'f, M, K>;

    #[inline(always)]
    fn probed_kind(&self) -> Self::Tag {
        AsFlat(self.frame, PhantomData)
    }
}

impl<Y, M, K> Level for &&&Probe<'_, Y, M, K>
where
    Y: HasError<M>,
    K: Kind,
{
    type Tag = AsAnyResult<M>;

    #[inline(always)]
    fn probed_kind(&self) -> Self::Tag {
        AsAnyResult(PhantomData)
    }
}

impl<'f, Y, M, K> Level for &&Probe<'f, Y, M, K>
where
    Y: Yieldable<M, Raw, K>,
    K: Kind,
{
    type Tag = AsRaw<'f, M, K>;

    #[inline(always)]
    fn probed_kind(&self) -> Self::Tag {
        AsRaw(self.frame, PhantomData)
    }
}

impl<Y, M, K> Level for &Probe<'_, Y, M, K>
where
    Y: Mistake<M>,
    K: Kind,
{
    type Tag = AsMistake<M>;

    fn probed_kind(&self) -> Self::Tag {
        AsMistake(PhantomData)
    }
}

impl<Y, K: Kind> Level for Probe<'_, Y, (), K> {
    type Tag = AsAnything;

    fn probed_kind(&self) -> Self::Tag {
        AsAnything
    }
}

impl<M> AsCoroutine<M> {
    /// What is suspended at.
    #[inline(always)]
    pub fn resolve<C: Coroutine>(self, coroutine: C) -> CalledCoroutine<C, M> {
        CalledCoroutine::new(coroutine)
    }
}

impl<M, K: Kind> AsFlat<'_, M, K> {
    /// The pending future.
    #[inline(always)]
    pub fn resolve<Y: Yieldable<M, Flat, K>>(self, yieldable: Y) -> Y::Pending {
        yieldable.into_pending(self.0)
    }
}

impl<M> AsAnyResult<M> {
    /// Never called: this level is reached only by an error that cannot be thrown, and that does not compile here.
    ///
    /// It would be reached by a type with a [`HasError`] that is wider than its [`Yieldable`]; that is a mistake of this crate's, and to be told, not to hang.
    pub fn resolve<Y: HasError<M>, T>(self, _: Y) -> Ready<Result<Y::Value>>
    where
        Y::Err: Throw<T>,
    {
        ready(Err(Error::new("what was yielded has errors that can be thrown, but cannot be yielded itself")))
    }
}

impl<M, K: Kind> AsRaw<'_, M, K> {
    /// The pending future.
    #[inline(always)]
    pub fn resolve<Y: Yieldable<M, Raw, K>>(self, yieldable: Y) -> Y::Pending {
        yieldable.into_pending(self.0)
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
