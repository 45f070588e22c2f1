//! The question that each `yield_!` asks of the type it is given: in which mode does it fit?
//!
//! Method lookup answers it: `(&&&&Probe::of(&y, &frame)).probed_kind()` tries the receiver with the most references first, so the levels
//! are tried in this order:
//!
//! 1. [`CoroutineKind`]: a coroutine whose `Result` is opened, as the next level would; known to be one, it may be left to it to look for what is thrown. It is
//!    asked of what is yielded by itself; an element of a tuple is a child of a group.
//! 2. [`FlatKind`]: the type is yieldable with its `Result`s opened.
//! 3. [`AnyResultKind`]: its outputs are `Result`s, but of an error that cannot be thrown; the tag then demands `E: Throw`, so that the error says that and
//!    is not handed over in silence.
//! 4. [`RawKind`]: anything else, with its outputs as they are. What is not yieldable at all ends here too, and the bound on the tag's *method* reports it
//!    with the words of [`Yieldable`].
//!
//! Each level answers with a tag whose `resolve` makes the pending future.

use std::future::{pending, ready, IntoFuture, Pending, Ready};
use std::marker::PhantomData;

use super::future::{CalledCoroutine, Fallible, Plain};
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

/// The first level: a coroutine whose result is opened.
pub trait CoroutineKind {
    /// How its error is thrown.
    type M;
    /// Answers with a tag.
    fn probed_kind(&self) -> AsCoroutine<Self::M>;
}

/// The second level: yieldable with its results opened.
pub trait FlatKind<'f> {
    /// The kind of yieldable.
    type M;
    /// The kind of frame.
    type K: Kind;
    /// Answers with a tag.
    fn probed_kind(&self) -> AsFlat<'f, Self::M, Self::K>;
}

/// The third level: a result that cannot be opened.
pub trait AnyResultKind {
    /// The kind of yieldable.
    type M;
    /// Answers with a tag.
    fn probed_kind(&self) -> AsAnyResult<Self::M>;
}

/// The last level: everything else.
pub trait RawKind<'f> {
    /// The kind of yieldable.
    type M;
    /// The kind of frame.
    type K: Kind;
    /// Answers with a tag.
    fn probed_kind(&self) -> AsRaw<'f, Self::M, Self::K>;
}

/// What is asked about is a coroutine.
pub struct AsCoroutine<M>(PhantomData<M>);
/// What is asked about is resolved with its results opened.
pub struct AsFlat<'f, M, K: Kind>(&'f Frame<K>, PhantomData<M>);
/// What is asked about has an error that cannot be thrown.
pub struct AsAnyResult<M>(PhantomData<M>);
/// What is asked about is resolved as it is, if it can be at all.
pub struct AsRaw<'f, M, K: Kind>(&'f Frame<K>, PhantomData<M>);

impl<Y, T, E, M, K> CoroutineKind for &&&Probe<'_, Y, Fallible<M>, K>
where
    Y: Coroutine<Output = std::result::Result<T, E>>,
    E: Throw<M>,
    K: Kind,
{
    type M = M;

    #[inline(always)]
    fn probed_kind(&self) -> AsCoroutine<M> {
        AsCoroutine(PhantomData)
    }
}

impl<'f, Y, M, K> FlatKind<'f> for &&Probe<'f, Y, M, K>
where
    Y: Yieldable<M, Flat, K>,
    K: Kind,
{
    type M = M;
    type K = K;

    #[inline(always)]
    fn probed_kind(&self) -> AsFlat<'f, M, K> {
        AsFlat(self.frame, PhantomData)
    }
}

impl<Y, M, K> AnyResultKind for &Probe<'_, Y, M, K>
where
    Y: HasError<M>,
    K: Kind,
{
    type M = M;

    #[inline(always)]
    fn probed_kind(&self) -> AsAnyResult<M> {
        AsAnyResult(PhantomData)
    }
}

impl<'f, Y, M, K: Kind> RawKind<'f> for Probe<'f, Y, M, K> {
    type M = M;
    type K = K;

    #[inline(always)]
    fn probed_kind(&self) -> AsRaw<'f, M, K> {
        AsRaw(self.frame, PhantomData)
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

/// Nothing implements it.
mod nothing {
    pub trait Nothing {}
}

/// Marks what never is.
#[derive(Debug)]
pub enum Impossible {}

/// A second candidate for the raw level, which never holds: with the one for futures alone rustc would commit to it, and tell the user about `IntoFuture`
/// and this crate's internals instead of what can be yielded.
impl<Y: nothing::Nothing, K: Kind> Yieldable<Impossible, Raw, K> for Y {
    type Output = ();
    type Pending = Pending<Result>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        pending()
    }
}
