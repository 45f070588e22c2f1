//! [`Held`]: the resource until its release has ended.
//!
//! | stage | entered by | left by | drop |
//! |---|---|---|---|
//! | `Idle`: the resource is used | [`Held::new`] | `begin`, which the first [`Held::poll`] calls | the release begins elsewhere |
//! | `Running`: the release has begun | `begin` | [`Held::poll`], when the release ends or panics | the release goes on elsewhere |
//! | `Over` | `poll`; `begin`, while it calls the function of the user | `begin` | nothing |

use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use super::exit::Exit;
use super::phase::poll_release;
use crate::inject::fixed_order::{refuses_yield, RefusedKind};
use crate::inject::{answering, Deferral};
use crate::report::contain;
use crate::Result;

/// `F` makes the future `P` of the release.
pub(super) struct Held<R, F, P> {
    stage: Stage<R, F, P>,
    /// Gets a stage that is not over when the bracket is dropped.
    abandon: fn(Stage<R, F, P>),
}

pub(super) enum Stage<R, F, P> {
    Idle {
        resource: R,
        release: F,
    },
    /// In a box, so that it can go on elsewhere.
    Running(Pin<Box<P>>),
    Over,
}

impl<R, F, P> Held<R, F, P> {
    pub(super) fn new(resource: R, release: F, abandon: fn(Stage<R, F, P>)) -> Self {
        Held::at(Stage::Idle { resource, release }, abandon)
    }

    pub(super) fn at(stage: Stage<R, F, P>, abandon: fn(Stage<R, F, P>)) -> Self {
        Held { stage, abandon }
    }

    /// The resource, which the use borrows.
    pub(super) fn resource(&mut self) -> &mut R {
        match &mut self.stage {
            Stage::Idle { resource, .. } => resource,
            Stage::Running(_) | Stage::Over => unreachable!("the release begins after the use"),
        }
    }

    /// Waits for the release, which begins in the first call. Later calls ignore `exit`. A panic is
    /// the result of the release. A cancellation is deferred, as by a shield.
    ///
    /// A release that has ended does not go on elsewhere.
    pub(super) fn poll(
        &mut self,
        exit: impl FnOnce() -> Exit,
        deferral: &mut Deferral,
        cx: &mut Context<'_>,
    ) -> Poll<thread::Result<Result>>
    where
        F: FnOnce(R, Exit) -> P,
        P: Future<Output = Result>,
    {
        let polled = catch_unwind(AssertUnwindSafe(|| {
            self.begin(exit);
            self.poll_running(deferral, cx)
        }));
        let ended = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(result)) => Ok(result),
            Err(payload) => Err(payload),
        };
        contain("the drop of the release of a bracket", || self.stage = Stage::Over);
        Poll::Ready(ended)
    }

    /// Calls the function of the user, which makes the future of the release, unless that has
    /// happened.
    fn begin(&mut self, exit: impl FnOnce() -> Exit)
    where
        F: FnOnce(R, Exit) -> P,
    {
        self.stage = match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Idle { resource, release } => Stage::Running(Box::pin(release(resource, exit()))),
            begun => begun,
        };
    }

    fn poll_running(&mut self, deferral: &mut Deferral, cx: &mut Context<'_>) -> Poll<Result>
    where
        P: Future<Output = Result>,
    {
        let Stage::Running(release) = &mut self.stage else { return Poll::Pending };
        let polled = poll_release(release.as_mut(), deferral, cx);
        if polled.is_pending() {
            answering::say_boxed(&*release, &**release, cx.waker());
        }
        polled
    }
}

impl<R, F, P> Drop for Held<R, F, P> {
    fn drop(&mut self) {
        match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Over => {}
            // A body that is replayed begins the use again, and is still to release.
            _ if refuses_yield(RefusedKind::DroppedBracket) => {}
            stage => (self.abandon)(stage),
        }
    }
}
