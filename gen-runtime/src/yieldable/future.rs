//! Futures: all types that implement `IntoFuture`.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;

use super::modes::{Flat, Raw};
use super::Yieldable;
use crate::coroutine::{Coroutine, Frame, FrameKind, OutputMode, Pending};
use crate::{Result, Throw};

/// Marks futures whose output is a `Result` with an error that can be thrown as an `M`.
#[derive(Debug)]
pub struct Fallible<M>(PhantomData<M>);

/// Marks coroutines whose output is such a `Result`, and which are yielded directly.
#[derive(Debug)]
pub struct Called<M>(PhantomData<M>);

/// Marks futures whose output the yield gives unchanged.
#[derive(Debug)]
pub enum Plain {}

/// The pending future of a future of a `Result`, which the yield opens.
pub(crate) type Opened<F, M> = Pending<F, Fallible<M>>;

/// The pending future of a future whose output the yield gives unchanged.
pub(crate) type Whole<F> = Pending<F, Plain>;

impl<F, T, E, M> OutputMode<F> for Fallible<M>
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

impl<C, T, E, M> OutputMode<C> for Called<M>
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
    fn checks_injection() -> bool {
        !C::is_closed()
    }
}

impl<F: Future> OutputMode<F> for Plain {
    type Value = F::Output;

    #[inline(always)]
    fn into_result(output: F::Output) -> Result<F::Output> {
        Ok(output)
    }
}

impl<F, T, E, M, K> Yieldable<Fallible<M>, Flat, K> for F
where
    F: IntoFuture<Output = std::result::Result<T, E>>,
    E: Throw<M>,
    K: FrameKind,
{
    type Output = T;
    type Pending = Opened<F::IntoFuture, M>;

    #[inline(always)]
    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        Pending::new(self.into_future())
    }
}

impl<F, K> Yieldable<Plain, Raw, K> for F
where
    F: IntoFuture,
    K: FrameKind,
{
    type Output = F::Output;
    type Pending = Whole<F::IntoFuture>;

    #[inline(always)]
    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        Pending::new(self.into_future())
    }
}
