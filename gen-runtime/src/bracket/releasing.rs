//! The third phase of a bracket: waits for the release.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::exit::Exit;
use super::held::Held;
use super::phase::poll_release;
use crate::inject::{answering, in_flight, Deferral};
use crate::report::contain;
use crate::{Error, Result};

/// Waits for the release. A cancellation is deferred, as by a shield.
pub(super) struct Releasing<'a, R, F, P> {
    held: &'a mut Held<R, F, P>,
    /// Taken when the release begins.
    exit: Option<Exit>,
    /// Errors that no yield of the release took.
    thrown: Vec<Error>,
    deferral: Deferral,
}

/// How the release has ended, and the errors that were thrown at it meanwhile.
pub(super) struct Released {
    pub(super) result: Result<Result, Box<dyn Any + Send>>,
    pub(super) thrown: Vec<Error>,
}

impl<'a, R, F, P> Releasing<'a, R, F, P> {
    pub(super) fn new(held: &'a mut Held<R, F, P>, exit: Exit) -> Self {
        Releasing { held, exit: Some(exit), thrown: Vec::new(), deferral: Deferral::default() }
    }
}

impl<R, F, P> Releasing<'_, R, F, P>
where
    F: FnOnce(R, Exit) -> P,
    P: Future<Output = Result>,
{
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        if let Some(exit) = self.exit.take() {
            self.held.begin(exit);
        }
        let Some(release) = self.held.running() else { return Poll::Pending };
        let polled = poll_release(release.as_mut(), &mut self.deferral, cx);
        if polled.is_pending() {
            answering::say_boxed(&*release, &**release, cx.waker());
            if in_flight::any_in_flight() {
                // The yield of the bracket would take it, and would drop the bracket.
                self.thrown.extend(in_flight::take(cx.waker()));
            }
        }
        polled
    }
}

// The future of the release is in a box.
impl<R, F, P> Unpin for Releasing<'_, R, F, P> {}

impl<R, F, P> Future for Releasing<'_, R, F, P>
where
    F: FnOnce(R, Exit) -> P,
    P: Future<Output = Result>,
{
    type Output = Released;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Released> {
        let result = match catch_unwind(AssertUnwindSafe(|| self.poll_release(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(result)) => Ok(result),
            Err(payload) => Err(payload),
        };
        // A release that has ended does not go on elsewhere.
        contain("the drop of the release of a bracket", || self.held.end());
        Poll::Ready(Released { result, thrown: mem::take(&mut self.thrown) })
    }
}
