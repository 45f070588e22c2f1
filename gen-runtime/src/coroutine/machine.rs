//! The `async` block of a body, with a name and a site that take no space.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::frame::{Call, Finish, FrameKind};
use super::Coroutine;
use crate::error::Site;
use crate::inject::in_flight;
use crate::Error;

pin_project! {
    /// A body, its call, and the function that tells its name and site: as large as the body alone, unless it yields what needs the call.
    ///
    /// `W` is [`Closed`] or [`Open`].
    pub struct Machine<F, S, K: FrameKind, W> {
        #[pin]
        body: F,
        call: Call<K>,
        function: S,
        suspended: PhantomData<fn() -> W>,
    }
}

/// The body is suspended at its own yields and nowhere else, as far as the attribute can see: it has no `.await`, and no macro but `yield_!`, which might hide one.
///
/// Who yields such a machine need not look for what is thrown, since the yield inside does.
#[derive(Debug)]
pub enum Closed {}

/// The body may be suspended elsewhere, where it does not notice what is thrown.
#[derive(Debug)]
pub enum Open {}

/// Where a body may be suspended.
pub trait Suspended {
    /// At its own yields only.
    const CLOSED: bool;
}

impl Suspended for Closed {
    const CLOSED: bool = true;
}

impl Suspended for Open {
    const CLOSED: bool = false;
}

/// What the attribute makes of a body that may be suspended elsewhere than at its yields.
#[inline(always)]
pub fn machine<F, S, K>(call: Call<K>, body: F, function: S) -> Machine<F, S, K, Open>
where
    F: Future,
    K: FrameKind,
{
    Machine { body, call, function, suspended: PhantomData }
}

/// What the attribute makes of a body that is suspended at its yields only.
#[inline(always)]
pub fn closed_machine<F, S, K>(call: Call<K>, body: F, function: S) -> Machine<F, S, K, Closed>
where
    F: Future,
    K: FrameKind,
{
    Machine { body, call, function, suspended: PhantomData }
}

/// What the attribute's option `boxed` makes of a machine: one allocation, so that a coroutine may contain itself.
#[inline(always)]
pub fn boxed<C: Coroutine>(coroutine: C) -> Pin<Box<C>> {
    Box::pin(coroutine)
}

impl<F, S, K, W> Future for Machine<F, S, K, W>
where
    F: Future,
    K: Finish<F::Output>,
{
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        K::poll(this.call, || this.body.poll(cx))
    }
}

impl<F, S, K, W> Coroutine for Machine<F, S, K, W>
where
    F: Future,
    S: Fn() -> Site,
    K: Finish<F::Output>,
    W: Suspended,
{
    #[inline(always)]
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<F::Output> {
        if thrown.is_none() {
            return self.poll(cx);
        }
        in_flight::with_injected_error(thrown, cx.waker(), || self.poll(cx))
    }

    #[inline(always)]
    fn is_closed() -> bool {
        W::CLOSED
    }

    fn name(&self) -> &'static str {
        (self.function)().function()
    }

    fn site(&self) -> Site {
        (self.function)()
    }
}
