//! The coroutine itself: the `async` block of a body, with a name and a site that take no space.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::frame::{Call, Finish, FrameKind};
use super::unstarted::Unstarted;
use super::Coroutine;
use crate::error::Site;
use crate::inject::in_flight;
use crate::Error;

pin_project! {
    /// A body, its call, and the function that returns its site. It is as large as the body alone,
    /// unless a yield in the body needs state of the call.
    ///
    /// `W` is [`Closed`] or [`Open`].
    pub struct Machine<F, S, K: FrameKind, W> {
        #[pin]
        body: F,
        call: Call<K>,
        function: S,
        unstarted: Unstarted,
        suspended: PhantomData<fn() -> W>,
    }
}

/// The body is suspended only at its own yields: the attribute has found no `.await` in it, and no
/// macro other than `yield_!`, which could hide one.
///
/// A parent that yields a closed coroutine skips the injection check: the inner yield makes it.
#[derive(Debug)]
pub enum Closed {}

/// The body may also be suspended at an `.await`, which does not check for an injected error.
#[derive(Debug)]
pub enum Open {}

/// [`Closed`] or [`Open`].
pub trait Suspended {
    /// Whether the body is suspended only at its own yields.
    const CLOSED: bool;
}

impl Suspended for Closed {
    const CLOSED: bool = true;
}

impl Suspended for Open {
    const CLOSED: bool = false;
}

/// Makes the coroutine of an open body. The attribute emits this call.
#[inline(always)]
pub fn machine<F, S, K>(call: Call<K>, body: F, function: S) -> Machine<F, S, K, Open>
where
    F: Future,
    S: Fn() -> Site,
    K: FrameKind,
{
    let unstarted = Unstarted::of(&function);
    Machine { body, call, function, unstarted, suspended: PhantomData }
}

/// Makes the coroutine of a closed body. The attribute emits this call.
#[inline(always)]
pub fn closed_machine<F, S, K>(call: Call<K>, body: F, function: S) -> Machine<F, S, K, Closed>
where
    F: Future,
    S: Fn() -> Site,
    K: FrameKind,
{
    let unstarted = Unstarted::of(&function);
    Machine { body, call, function, unstarted, suspended: PhantomData }
}

/// Boxes a coroutine for the attribute's option `boxed`, with which a coroutine may contain itself.
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
        this.unstarted.starts();
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
