//! What a task is resumed with, and what becomes of it if the task ends first.
//!
//! | | comes from | a task that is executing | left when the task ends |
//! |---|---|---|---|
//! | `Failure` | a callback that failed in the task's context | does not take it: it goes outward | goes outward |
//! | `Error` | [`JoinHandle::throw`](crate::JoinHandle::throw) | takes it at its next yield | is logged |
//! | `Cancel` | [`JoinHandle::cancel`](crate::JoinHandle::cancel), a shutdown | takes it at its next yield | is done with |
//! | `Question` | [`JoinHandle::trace`](crate::JoinHandle::trace) | answers it when it is suspended | is answered: nowhere |
//! | `Watch` | the `Cancel` that the task took | is seen by it at its yields | is done with |
use std::panic::Location;

use super::drops::Untold;
use super::failure::Failure;
use crate::error::Error;
use crate::inject::in_flight::Thrown;
use crate::inject::{Cancellation, Question, Watch};
use crate::report;

pub(crate) enum Delivery {
    Failure(Failure),
    /// And where it was thrown.
    Error(Error, &'static Location<'static>),
    Cancel(Cancellation),
    Question(Question),
    /// No reason to poll the task.
    Watch(Watch),
}

/// What has to be known of something that is lent, to make a delivery of it again if nobody takes it.
pub(crate) enum Origin {
    /// Which callback; and what it has dropped, which is told after the poll.
    Callback((&'static str, Untold)),
    Handle(&'static Location<'static>),
    Question,
    Watch,
}

impl Delivery {
    pub(crate) fn into_parts(self) -> (Origin, Thrown) {
        match self {
            Delivery::Failure(failure) => {
                let (origin, error) = failure.into_parts();
                (Origin::Callback(origin), Thrown::Error(error))
            }
            Delivery::Error(error, by) => (Origin::Handle(by), Thrown::Error(error)),
            Delivery::Cancel(cancellation) => {
                let is_watched = cancellation.is_watched();
                let cancellation = if is_watched { cancellation } else { cancellation.watched() };
                (Origin::Handle(cancellation.by()), Thrown::Cancel(cancellation))
            }
            Delivery::Question(question) => (Origin::Question, Thrown::Question(question)),
            Delivery::Watch(watch) => (Origin::Watch, Thrown::Watch(watch)),
        }
    }

    /// Of what nobody took. What a callback has dropped that failed is told here; a question has been answered.
    pub(crate) fn from_parts(origin: Origin, thrown: Thrown) -> Option<Self> {
        match (origin, thrown) {
            (_, Thrown::Cancel(cancellation)) => Some(Delivery::Cancel(cancellation)),
            (_, Thrown::Watch(watch)) => Some(Delivery::Watch(watch)),
            (Origin::Callback((what, _untold)), Thrown::Error(error)) => {
                Some(Delivery::Failure(Failure::new(what, error)))
            }
            (Origin::Handle(by), Thrown::Error(error)) => Some(Delivery::Error(error, by)),
            (Origin::Question | Origin::Watch, _) | (_, Thrown::Question(_)) => None,
        }
    }

    pub(super) fn is_cancel(&self) -> bool {
        matches!(self, Delivery::Cancel(_))
    }

    /// Whether a shield holds it back: then it is tried whenever the task is polled, but is no reason to poll it.
    pub(super) fn is_held(&self) -> bool {
        matches!(self, Delivery::Cancel(cancellation) if cancellation.is_held())
    }

    /// The task has ended without it: gives what goes to the next context outward.
    pub(crate) fn too_late(self) -> Option<Failure> {
        match self {
            Delivery::Failure(failure) => Some(failure),
            Delivery::Error(error, by) => {
                report::failure(
                    format_args!("an error was thrown, at {by}, at a task that had ended"),
                    &error,
                );
                None
            }
            Delivery::Cancel(_) | Delivery::Question(_) | Delivery::Watch(_) => None,
        }
    }
}
