//! The `async` block of a body, with a name and a site that take no space.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::frame::{Call, Finish, Kind};
use super::{throw, Coroutine, Site};
use crate::Error;

/// What is known of a coroutine function at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    name: &'static str,
    site: Site,
}

impl Meta {
    /// The name of the function, and the position of that name.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Meta { name, site: Site::new(file, line, column, name) }
    }
}

pin_project! {
    /// A body, its call, and a closure without captures that tells its name and site: as large as the body alone, unless it yields what needs the call.
    ///
    /// `S` is [`Closed`] or [`Open`].
    pub struct Machine<F, M, K: Kind, S> {
        #[pin]
        body: F,
        call: Call<K>,
        meta: M,
        suspended: PhantomData<fn() -> S>,
    }
}

/// The body is suspended at its own yields and nowhere else, as far as the attribute can see: it has no `.await`, and no macro that might hide one.
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
pub fn machine<F, M, K>(call: Call<K>, body: F, meta: M) -> Machine<F, M, K, Open>
where
    F: Future,
    M: Fn() -> Meta,
    K: Finish<F::Output>,
{
    Machine { body, call, meta, suspended: PhantomData }
}

/// What the attribute makes of a body that is suspended at its yields only.
#[inline(always)]
pub fn closed_machine<F, M, K>(call: Call<K>, body: F, meta: M) -> Machine<F, M, K, Closed>
where
    F: Future,
    M: Fn() -> Meta,
    K: Finish<F::Output>,
{
    Machine { body, call, meta, suspended: PhantomData }
}

/// What the attribute's option `boxed` makes of a machine: one allocation, so that a coroutine may contain itself.
#[inline(always)]
pub fn boxed<C: Coroutine>(coroutine: C) -> Pin<Box<C>> {
    Box::pin(coroutine)
}

impl<F, M, K, S> Future for Machine<F, M, K, S>
where
    F: Future,
    M: Fn() -> Meta,
    K: Finish<F::Output>,
{
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        K::poll(this.call, || this.body.poll(cx))
    }
}

impl<F, M, K, S> Coroutine for Machine<F, M, K, S>
where
    F: Future,
    M: Fn() -> Meta,
    K: Finish<F::Output>,
    S: Suspended,
{
    #[inline(always)]
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<F::Output> {
        if thrown.is_none() {
            return self.poll(cx);
        }
        throw::lend_error(thrown, cx.waker().clone(), || self.poll(cx))
    }

    #[inline(always)]
    fn is_closed() -> bool {
        S::CLOSED
    }

    fn name(&self) -> &'static str {
        (self.meta)().name
    }

    fn site(&self) -> Site {
        (self.meta)().site
    }
}
