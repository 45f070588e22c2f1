//! The third phase of a bracket: waits for the release.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use super::exit::Exit;
use super::held::Held;
use crate::inject::{in_flight, Deferral};
use crate::report::{self, contain};
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
    pub(super) result: thread::Result<Result>,
    pub(super) thrown: Vec<Error>,
}

impl<'a, R, F, P> Releasing<'a, R, F, P> {
    pub(super) fn new(held: &'a mut Held<R, F, P>, exit: Exit) -> Self {
        Releasing { held, exit: Some(exit), thrown: Vec::new(), deferral: Deferral::default() }
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

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Released> {
        let Releasing { held, exit, thrown, deferral } = self.get_mut();
        let exit = || exit.take().expect("the release begins once");
        match held.poll(exit, deferral, cx) {
            Poll::Ready(result) => Poll::Ready(Released { result, thrown: mem::take(thrown) }),
            Poll::Pending => {
                if in_flight::any_in_flight() {
                    // The yield of the bracket would take it, and would drop the bracket.
                    thrown.extend(in_flight::take(cx.waker()));
                }
                Poll::Pending
            }
        }
    }
}

/// Reports the errors that were thrown at the release, if the bracket is dropped before its end.
impl<R, F, P> Drop for Releasing<'_, R, F, P> {
    fn drop(&mut self) {
        for error in self.thrown.drain(..) {
            let subject = "an error that was thrown at the release of a bracket that was dropped";
            // A panic would keep the others from their report.
            contain("the logger", || report::failure(format_args!("{subject}"), &error));
        }
    }
}
