//! The `async` block of a body, with a name and a site that take no space.

use std::future::Future;
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
    pub struct Machine<F, M, K: Kind> {
        #[pin]
        body: F,
        call: Call<K>,
        meta: M,
    }
}

/// What the attribute makes of a body.
#[inline(always)]
pub fn machine<F, M, K>(call: Call<K>, body: F, meta: M) -> Machine<F, M, K>
where
    F: Future,
    M: Fn() -> Meta,
    K: Finish<F::Output>,
{
    Machine { body, call, meta }
}

/// What the attribute's option `boxed` makes of a machine: one allocation, so that a coroutine may contain itself.
#[inline(always)]
pub fn boxed<C: Coroutine>(coroutine: C) -> Pin<Box<C>> {
    Box::pin(coroutine)
}

impl<F, M, K> Future for Machine<F, M, K>
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

impl<F, M, K> Coroutine for Machine<F, M, K>
where
    F: Future,
    M: Fn() -> Meta,
    K: Finish<F::Output>,
{
    #[inline(always)]
    fn resume(self: Pin<&mut Self>, cx: &mut Context<'_>, thrown: &mut Option<Error>) -> Poll<F::Output> {
        if thrown.is_none() {
            return self.poll(cx);
        }
        throw::lend_error(thrown, cx.waker().clone(), || self.poll(cx))
    }

    fn name(&self) -> &'static str {
        (self.meta)().name
    }

    fn site(&self) -> Site {
        (self.meta)().site
    }
}
