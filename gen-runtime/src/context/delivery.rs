//! What a task is resumed with, and what becomes of it if the task ends first.
//!
//! | origin | comes from | a task that is executing | left when the task ends |
//! |---|---|---|---|
//! | `Callback` | a callback that failed in the task's context | does not take it: it goes outward | goes outward |
//! | `Handle` | [`JoinHandle::throw`](crate::JoinHandle::throw) | takes it at its next yield | is logged |
//! | `Request` | [`JoinHandle::cancel`](crate::JoinHandle::cancel), a shutdown | takes it at its next yield | is done with |
use std::panic::Location;

use super::failure::Failure;
use crate::cancel::Cancellation;
use crate::coroutine::throw::Thrown;
use crate::error::Error;
use crate::report;

pub(crate) struct Delivery {
    origin: Origin,
    thrown: Thrown,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    /// Which callback, for the log.
    Callback(&'static str),
    /// Where it was thrown, for the log.
    Handle(&'static Location<'static>),
    Request,
}

impl Delivery {
    pub(crate) fn error(error: Error, by: &'static Location<'static>) -> Self {
        Delivery { origin: Origin::Handle(by), thrown: Thrown::Error(error) }
    }

    pub(crate) fn cancel(cancellation: Cancellation) -> Self {
        Delivery { origin: Origin::Request, thrown: Thrown::Cancel(cancellation) }
    }

    /// Takes it apart to lend it; what nobody took is put together again.
    pub(crate) fn into_parts(self) -> (Origin, Thrown) {
        (self.origin, self.thrown)
    }

    pub(crate) fn from_parts(origin: Origin, thrown: Thrown) -> Self {
        Delivery { origin, thrown }
    }

    pub(super) fn is_cancel(&self) -> bool {
        matches!(self.thrown, Thrown::Cancel(_))
    }

    /// Whether a shield holds it back: then it is tried whenever the task is polled, but is no reason to poll it.
    pub(super) fn is_held(&self) -> bool {
        matches!(&self.thrown, Thrown::Cancel(cancellation) if cancellation.is_held())
    }

    /// The task has ended without it: gives what goes to the next context outward.
    pub(crate) fn too_late(self) -> Option<Failure> {
        match (self.origin, self.thrown) {
            (_, Thrown::Cancel(_)) | (Origin::Request, _) => None,
            (Origin::Callback(what), Thrown::Error(error)) => Some(Failure::new(what, error)),
            (Origin::Handle(by), Thrown::Error(error)) => {
                report::error(format_args!(
                    "an error was thrown, at {by}, at a task that had ended: {error:?}"
                ));
                None
            }
        }
    }
}

impl From<Failure> for Delivery {
    fn from(failure: Failure) -> Self {
        let (what, error) = failure.into_parts();
        Delivery { origin: Origin::Callback(what), thrown: Thrown::Error(error) }
    }
}
