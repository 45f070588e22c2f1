//! A coroutine that a `gen::Return` ends: what the option `returns` makes of a machine.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Coroutine, Site};
use crate::Error;

pin_project! {
    /// A coroutine, and a function of no size that its output passes through.
    pub struct Returning<C, F> {
        #[pin]
        coroutine: C,
        catch: F,
    }
}

/// Makes it.
#[inline(always)]
pub fn returning<C, F>(coroutine: C, catch: F) -> Returning<C, F>
where
    C: Coroutine,
    F: Fn(C::Output) -> C::Output,
{
    Returning { coroutine, catch }
}

impl<C, F> Future for Returning<C, F>
where
    C: Coroutine,
    F: Fn(C::Output) -> C::Output,
{
    type Output = C::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<C::Output> {
        let this = self.project();
        this.coroutine.poll(cx).map(&*this.catch)
    }
}

impl<C, F> Coroutine for Returning<C, F>
where
    C: Coroutine,
    F: Fn(C::Output) -> C::Output,
{
    #[inline]
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<C::Output> {
        let this = self.project();
        this.coroutine.resume(cx, thrown).map(&*this.catch)
    }

    #[inline(always)]
    fn is_closed() -> bool {
        C::is_closed()
    }

    fn name(&self) -> &'static str {
        self.coroutine.name()
    }

    fn site(&self) -> Site {
        self.coroutine.site()
    }
}
