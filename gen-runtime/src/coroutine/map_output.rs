//! What becomes of a body's output before its call ends: how a `gen::Return` ends a coroutine with the option `returns`, and an engine.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// A body, and a function of no size that its output passes through.
    ///
    /// It lies inside of the machine: the call sees what the function makes of the output, and holds a body that ended well to the keys it has registered.
    pub struct MapOutput<F, E> {
        #[pin]
        body: F,
        end: E,
    }
}

/// Makes it.
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
