//! What a task is resumed with, and what becomes of it if the task ends first.
//!
//! | | comes from | a task that is executing | left when the task ends |
//! |---|---|---|---|
//! | `UnhandledError` | a callback that failed in the task's context | does not take it: it goes outward | goes outward |
//! | `Error` | [`JoinHandle::throw`](crate::JoinHandle::throw) | takes it at its next yield | is logged |
//! | `Cancel` | [`JoinHandle::cancel`](crate::JoinHandle::cancel), a shutdown | takes it at its next yield | is done with |
//! | `TraceRequest` | [`JoinHandle::trace`](crate::JoinHandle::trace) | answers it when it is suspended | is answered: nowhere |
//! | `Watch` | the `Cancel` that the task took | is seen by it at its yields | is done with |
use std::panic::Location;

use super::drops::Untold;
use super::unhandled_error::UnhandledError;
use crate::error::Error;
use crate::inject::in_flight::Thrown;
use crate::inject::{Cancellation, TraceRequest, Watch};
use crate::report;

pub(crate) enum Injection {
    UnhandledError(UnhandledError),
    /// And where it was thrown.
    Error(Error, &'static Location<'static>),
    Cancel(Cancellation),
    TraceRequest(TraceRequest),
    /// No reason to poll the task.
    Watch(Watch),
}

/// What has to be known of something that is lent, to make a delivery of it again if nobody takes it.
pub(crate) enum InjectionSource {
    /// Which callback; and what it has dropped, which is told after the poll.
    Callback((&'static str, Untold)),
    Handle(&'static Location<'static>),
    TraceRequest,
    Watch,
}

impl Injection {
    pub(crate) fn into_parts(self) -> (InjectionSource, Thrown) {
        match self {
            Injection::UnhandledError(failure) => {
                let (origin, error) = failure.into_parts();
                (InjectionSource::Callback(origin), Thrown::Error(error))
            }
            Injection::Error(error, by) => (InjectionSource::Handle(by), Thrown::Error(error)),
            Injection::Cancel(cancellation) => {
                let is_watched = cancellation.is_watched();
                let cancellation = if is_watched { cancellation } else { cancellation.watched() };
                (InjectionSource::Handle(cancellation.by()), Thrown::Cancel(cancellation))
            }
            Injection::TraceRequest(question) => {
                (InjectionSource::TraceRequest, Thrown::TraceRequest(question))
            }
            Injection::Watch(watch) => (InjectionSource::Watch, Thrown::Watch(watch)),
        }
    }

    /// Of what nobody took. What a callback has dropped that failed is told here; a question has been answered.
    pub(crate) fn from_parts(origin: InjectionSource, thrown: Thrown) -> Option<Self> {
        match (origin, thrown) {
            (_, Thrown::Cancel(cancellation)) => Some(Injection::Cancel(cancellation)),
            (_, Thrown::Watch(watch)) => Some(Injection::Watch(watch)),
            (InjectionSource::Callback((what, _untold)), Thrown::Error(error)) => {
                Some(Injection::UnhandledError(UnhandledError::new(what, error)))
            }
            (InjectionSource::Handle(by), Thrown::Error(error)) => Some(Injection::Error(error, by)),
            (InjectionSource::TraceRequest | InjectionSource::Watch, _) | (_, Thrown::TraceRequest(_)) => {
                None
            }
        }
    }

    pub(super) fn is_cancel(&self) -> bool {
        matches!(self, Injection::Cancel(_))
    }

    /// Whether a shield holds it back: then it is tried whenever the task is polled, but is no reason to poll it.
    pub(super) fn is_held(&self) -> bool {
        matches!(self, Injection::Cancel(cancellation) if cancellation.is_held())
    }

    /// The task has ended without it: gives what goes to the next context outward.
    pub(crate) fn too_late(self) -> Option<UnhandledError> {
        match self {
            Injection::UnhandledError(failure) => Some(failure),
            Injection::Error(error, by) => {
                report::failure(
                    format_args!("an error was thrown, at {by}, at a task that had ended"),
                    &error,
                );
                None
            }
            Injection::Cancel(_) | Injection::TraceRequest(_) | Injection::Watch(_) => None,
        }
    }
}
