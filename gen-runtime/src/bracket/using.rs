//! The second phase of a bracket: waits for the use.

use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::exit::Exit;
use super::phase::poll_phase;
use crate::error::text_of;
use crate::inject::in_flight;
use crate::report::contain;
use crate::Result;

pin_project! {
    /// Waits for the use. It always ends the phase: the use takes a cancellation and a thrown
    /// error, or is dropped by it.
    // A dump names it after `N`, if nothing in it has a name.
    pub(super) struct Using<P, N> {
        // None after its end.
        #[pin]
        used: Option<P>,
        name: PhantomData<fn() -> N>,
    }
}

/// How the use has ended.
pub(super) enum Used<T> {
    Ended(Result<T>),
    Panicked(Box<dyn Any + Send>),
}

impl<P, N> Using<P, N> {
    pub(super) fn new(used: P) -> Self {
        Using { used: Some(used), name: PhantomData }
    }
}

impl<T> Used<T> {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Used::Ended(Ok(_)) => Exit::Success,
            Used::Ended(Err(error)) => Exit::of_error(error),
            Used::Panicked(payload) => {
                Exit::Panicked(text_of(&**payload).unwrap_or("a payload that is no text").to_owned())
            }
        }
    }
}

impl<P, N, T> Future for Using<P, N>
where
    P: Future<Output = Result<T>>,
{
    type Output = Used<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Used<T>> {
        let mut this = self.project();
        let Some(used) = this.used.as_mut().as_pin_mut() else { return Poll::Pending };
        let used = match catch_unwind(AssertUnwindSafe(|| poll_phase::<N, _>(used, cx))) {
            Ok(Poll::Ready(result)) => Used::Ended(result),
            Err(payload) => Used::Panicked(payload),
            // No yield in the use took it, so the yield of the bracket would, and would drop the
            // bracket.
            Ok(Poll::Pending) if in_flight::any_in_flight() => match in_flight::take(cx.waker()) {
                Some(error) => Used::Ended(Err(error)),
                None => return Poll::Pending,
            },
            Ok(Poll::Pending) => return Poll::Pending,
        };
        // Outside of this poll a panic of its drop would skip the release.
        contain("the drop of the use of a bracket", || this.used.set(None));
        Poll::Ready(used)
    }
}
