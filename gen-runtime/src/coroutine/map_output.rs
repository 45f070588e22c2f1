//! Conversion of a body's output within its call. Through it, a `gen::Return` can end an engine,
//! or a coroutine with the option `returns`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// A body, and a zero-sized function that converts its output.
    ///
    /// It is inside the machine, so that the call sees the converted output: if that is `Ok`, the
    /// call checks that no registered key is left.
    pub struct MapOutput<F, E> {
        #[pin]
        body: F,
        end: E,
    }
}

/// Wraps `body` so that its output passes through `end`.
#[inline(always)]
pub fn map_output<F, E, O>(body: F, end: E) -> MapOutput<F, E>
where
    F: Future,
    E: Fn(F::Output) -> O,
{
    MapOutput { body, end }
}

impl<F, E, O> Future for MapOutput<F, E>
where
    F: Future,
    E: Fn(F::Output) -> O,
{
    type Output = O;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        let this = self.project();
        this.body.poll(cx).map(&*this.end)
    }
}
