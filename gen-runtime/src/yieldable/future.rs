//! Futures: whatever implements `IntoFuture`.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Flat, Raw, Yieldable};
use crate::coroutine::{Coroutine, Frame, How, Kind, Suspend};
use crate::{Result, Throw};

/// Marks futures whose output is a `Result` with an error that can be thrown as an `M`.
#[derive(Debug)]
pub struct Fallible<M>(PhantomData<M>);

/// Marks futures whose output is handed over as it is.
#[derive(Debug)]
pub enum Plain {}

pin_project! {
    /// A future whose output is opened: what is yielded of a future of a `Result`.
    pub struct Opened<F, M> {
        #[pin]
        future: F,
        throw: PhantomData<fn() -> M>,
    }
}

impl<F, M> Opened<F, M> {
    #[inline(always)]
    pub(crate) fn new(future: F) -> Self {
        Opened { future, throw: PhantomData }
    }

    /// The future itself, suspended at, with its result opened.
    #[inline(always)]
    pub fn suspend_pending<S>(self, here: S) -> Suspend<F, Fallible<M>, S> {
        Suspend::new(self.future, here)
    }
}

impl<F, T, E, M> How<F> for Fallible<M>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    type Value = T;

    #[inline(always)]
    fn into_result(output: std::result::Result<T, E>) -> Result<T> {
        output.map_err(Throw::throw)
    }
}

impl<F, T, E, M> Future for Opened<F, M>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    type Output = Result<T>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        self.project().future.poll(cx).map(<Fallible<M> as How<F>>::into_result)
    }
}

/// Marks coroutines whose output is a `Result` with an error that can be thrown as an `M`.
#[derive(Debug)]
pub struct Called<M>(PhantomData<M>);

impl<C, T, E, M> How<C> for Called<M>
where
    C: Coroutine<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    type Value = T;

    #[inline(always)]
    fn into_result(output: std::result::Result<T, E>) -> Result<T> {
        output.map_err(Throw::throw)
    }

    #[inline(always)]
    fn looks() -> bool {
        !C::is_closed()
    }
}

/// A coroutine that is yielded by itself, not among others.
#[derive(Debug)]
pub struct CalledCoroutine<C, M> {
    coroutine: C,
    throw: PhantomData<fn() -> M>,
}

impl<C, M> CalledCoroutine<C, M> {
    #[inline(always)]
    pub(crate) fn new(coroutine: C) -> Self {
        CalledCoroutine { coroutine, throw: PhantomData }
    }

    /// The coroutine itself, suspended at, with its result opened.
    #[inline(always)]
    pub fn suspend_pending<S>(self, here: S) -> Suspend<C, Called<M>, S> {
        Suspend::new(self.coroutine, here)
    }
}

pin_project! {
    /// A future whose output is handed over whole.
    pub struct Whole<F> {
        #[pin]
        future: F,
    }
}

impl<F> Whole<F> {
    #[inline(always)]
    pub(crate) fn new(future: F) -> Self {
        Whole { future }
    }

    /// The future itself, suspended at.
    #[inline(always)]
    pub fn suspend_pending<S>(self, here: S) -> Suspend<F, Plain, S> {
        Suspend::new(self.future, here)
    }
}

impl<F: Future> How<F> for Plain {
    type Value = F::Output;

    #[inline(always)]
    fn into_result(output: F::Output) -> Result<F::Output> {
        Ok(output)
    }
}

impl<F: Future> Future for Whole<F> {
    type Output = Result<F::Output>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<F::Output>> {
        self.project().future.poll(cx).map(Ok)
    }
}

impl<F, T, E, M, K> Yieldable<Fallible<M>, Flat, K> for F
where
    F: IntoFuture<Output = std::result::Result<T, E>>,
    E: Throw<M>,
    K: Kind,
{
    type Output = T;
    type Pending = Opened<F::IntoFuture, M>;

    #[inline(always)]
    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        Opened::new(self.into_future())
    }
}

impl<F, K> Yieldable<Plain, Raw, K> for F
where
    F: IntoFuture,
    K: Kind,
{
    type Output = F::Output;
    type Pending = Whole<F::IntoFuture>;

    #[inline(always)]
    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        Whole::new(self.into_future())
    }
}
