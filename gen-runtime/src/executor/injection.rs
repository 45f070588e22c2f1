//! The injections: the errors and requests that a task is resumed with.
//!
//! | injection | comes from | a task that is executing | if it is left when the task ends |
//! |---|---|---|---|
//! | `UnhandledError` | a callback that failed in the task's context | refuses it: it goes outward | it goes outward |
//! | `Error` | [`JoinHandle::throw`](crate::JoinHandle::throw) | takes it at its next yield | it is logged |
//! | `Cancel` | [`JoinHandle::cancel`](crate::JoinHandle::cancel), a shutdown | takes it at its next yield | it is dropped |
//! | `TraceRequest` | [`JoinHandle::trace`](crate::JoinHandle::trace), a dump of a `TaskTracker` | answers it when it is suspended | its drop says that there is no answer |
//! | `Watch` | a `Cancel` that the task has taken | shows it the yields that stay pending | it is dropped |

use std::panic::Location;

use super::drops::NotedDrops;
use super::unhandled_error::UnhandledError;
use crate::error::Error;
use crate::inject::in_flight::Thrown;
use crate::inject::{Cancellation, TraceRequest, Watch};
use crate::report;

pub(crate) enum Injection {
    UnhandledError(UnhandledError),
    /// An error, and the position at which it was thrown.
    Error(Error, &'static Location<'static>),
    Cancel(Cancellation),
    TraceRequest(TraceRequest),
    /// It is no reason to poll the task.
    Watch(Watch),
}

/// The part of an injection that stays behind during the poll.
pub(crate) enum InjectionSource {
    /// The callback, for the log, and the drops that it has noted.
    Callback((&'static str, NotedDrops)),
    Handle(&'static Location<'static>),
    /// The question is in flight.
    TraceRequest(TraceRequest),
    Watch,
}

impl InjectionSource {
    /// Called before [`Injection::from_parts`] if the task has ended in the poll: it has no wait.
    pub(crate) fn note_end(&self) {
        if let InjectionSource::TraceRequest(request) = self {
            request.answer_end();
        }
    }
}

impl Injection {
    pub(crate) fn into_parts(self) -> (InjectionSource, Thrown) {
        match self {
            Injection::UnhandledError(error) => {
                let (callback, error) = error.into_parts();
                (InjectionSource::Callback(callback), Thrown::Error(error))
            }
            Injection::Error(error, by) => (InjectionSource::Handle(by), Thrown::Error(error)),
            Injection::Cancel(cancellation) => {
                let is_watched = cancellation.is_watched();
                let cancellation = if is_watched { cancellation } else { cancellation.watched() };
                (InjectionSource::Handle(cancellation.by()), Thrown::Cancel(cancellation))
            }
            Injection::TraceRequest(request) => {
                let question = request.question();
                (InjectionSource::TraceRequest(request), Thrown::Question(question))
            }
            Injection::Watch(watch) => (InjectionSource::Watch, Thrown::Watch(watch)),
        }
    }

    /// Makes an injection again if the poll has not taken it. A trace request is answered here, and
    /// needs no other poll. The drops that a failed callback has noted are reported here.
    pub(crate) fn from_parts(source: InjectionSource, thrown: Thrown) -> Option<Self> {
        match (source, thrown) {
            (_, Thrown::Cancel(cancellation)) => Some(Injection::Cancel(cancellation)),
            (_, Thrown::Watch(watch)) => Some(Injection::Watch(watch)),
            (InjectionSource::Callback((subject, _drops)), Thrown::Error(error)) => {
                Some(Injection::UnhandledError(UnhandledError::new(subject, error)))
            }
            (InjectionSource::Handle(by), Thrown::Error(error)) => Some(Injection::Error(error, by)),
            (InjectionSource::TraceRequest(request), Thrown::Question(question)) => {
                request.answer(question);
                None
            }
            (InjectionSource::TraceRequest(_) | InjectionSource::Watch, _) | (_, Thrown::Question(_)) => None,
        }
    }

    pub(super) fn is_trace_request(&self) -> bool {
        matches!(self, Injection::TraceRequest(_))
    }

    /// Whether it is a trace request whose answer is awaited.
    pub(super) fn is_awaited(&self) -> bool {
        matches!(self, Injection::TraceRequest(request) if request.is_awaited())
    }

    pub(super) fn is_cancel(&self) -> bool {
        matches!(self, Injection::Cancel(_))
    }

    /// Whether it is deferred. Then each poll of the task tries it, but it is no reason to poll.
    pub(super) fn is_deferred(&self) -> bool {
        matches!(self, Injection::Cancel(cancellation) if cancellation.is_deferred())
    }

    /// Called if the task has ended without taking it. Returns an error that goes outward.
    pub(crate) fn too_late(self) -> Option<UnhandledError> {
        match self {
            Injection::UnhandledError(error) => Some(error),
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
