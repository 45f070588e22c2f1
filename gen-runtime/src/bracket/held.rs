//! [`Held`]: the resource until its release has ended.
//!
//! | stage | entered by | left by | drop |
//! |---|---|---|---|
//! | `Idle`: the resource is used | [`Held::new`] | [`Held::begin`] | the release begins elsewhere |
//! | `Running`: the release has begun | [`Held::begin`] | [`Held::end`] | the release goes on elsewhere |
//! | `Over` | [`Held::end`]; `begin`, while it calls the function of the user | `begin` | nothing |

use std::mem;
use std::pin::Pin;

use super::exit::Exit;

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

    /// Calls the function of the user, which makes the future of the release, unless that has
    /// happened.
    pub(super) fn begin(&mut self, exit: Exit)
    where
        F: FnOnce(R, Exit) -> P,
    {
        self.stage = match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Idle { resource, release } => Stage::Running(Box::pin(release(resource, exit))),
            begun => begun,
        };
    }

    /// The future of the release, while it runs.
    pub(super) fn running(&mut self) -> Option<&mut Pin<Box<P>>> {
        match &mut self.stage {
            Stage::Running(release) => Some(release),
            Stage::Idle { .. } | Stage::Over => None,
        }
    }

    /// Drops the future of the release, which has ended.
    pub(super) fn end(&mut self) {
        self.stage = Stage::Over;
    }
}

impl<R, F, P> Drop for Held<R, F, P> {
    fn drop(&mut self) {
        match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Over => {}
            stage => (self.abandon)(stage),
        }
    }
}
