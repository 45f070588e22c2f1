//! The result of a scope.

use std::any::Any;
use std::iter::once;
use std::panic::resume_unwind;

use super::queue::MemberId;
use crate::error::{printed, ChildError, ChildKey, Error, Panicked};
use crate::parallel::{raise, report_dropped};
use crate::report::nothing;
use crate::Result;

pub(super) struct Outcome<T> {
    body: Body<T>,
    /// The failures of the children, in the order of time.
    failures: Vec<ChildError>,
    /// Why the other members are cancelled; taken when that is done.
    reason: Option<String>,
    /// A member has failed. Only the first failure cancels the others.
    is_failing: bool,
}

/// The name of a scope in the log.
const SCOPE: &str = "a scope";

enum Body<T> {
    Running,
    Ended(T),
    /// The error, and whether it only says that the body was cancelled.
    Failed(Error, bool),
    Panicked(Box<dyn Any + Send>),
}

impl<T> Outcome<T> {
    pub(super) fn new() -> Self {
        Outcome { body: Body::Running, failures: Vec::new(), reason: None, is_failing: false }
    }

    pub(super) fn body_ended(&mut self, result: Result<T>, is_own_cancellation: impl FnOnce(&Error) -> bool) {
        self.body = match result {
            Ok(value) => Body::Ended(value),
            Err(error) => {
                let is_own_cancellation = is_own_cancellation(&error);
                if !is_own_cancellation {
                    self.fail(|| printed(format_args!("the body of the scope has failed: {error}")));
                }
                Body::Failed(error, is_own_cancellation)
            }
        };
    }

    pub(super) fn body_panicked(&mut self, payload: Box<dyn Any + Send>) {
        self.fail(|| "the body of the scope has panicked".to_owned());
        self.body = Body::Panicked(payload);
    }

    pub(super) fn child_failed(&mut self, child: MemberId, error: Error) {
        self.fail(|| printed(format_args!("a sibling has failed: {error}")));
        self.failures.push(ChildError::of(ChildKey::Index(child.child()), error));
    }

    fn fail(&mut self, reason: impl FnOnce() -> String) {
        if !self.is_failing {
            self.is_failing = true;
            self.reason = Some(reason());
        }
    }

    /// After the first failure: the reason for which all others are to be cancelled now.
    #[inline]
    pub(super) fn take_reason(&mut self) -> Option<String> {
        self.reason.take()
    }

    /// The result, when all members have ended.
    ///
    /// # Panics
    ///
    /// If the body has panicked.
    pub(super) fn finish(&mut self) -> Result<T> {
        let mut failures = std::mem::take(&mut self.failures);
        match std::mem::replace(&mut self.body, Body::Running) {
            Body::Ended(value) if failures.is_empty() => Ok(value),
            Body::Ended(_) | Body::Failed(_, true) if !failures.is_empty() => {
                Err(raise(failures.into_iter(), nothing))
            }
            Body::Failed(error, _) => {
                // The body may have passed on the error of one of its children.
                failures.retain(|other| !error.comes_of(&other.error));
                Err(raise(once(of_body(error)).chain(failures), nothing))
            }
            Body::Panicked(payload) => {
                report_dropped(SCOPE, failures.into_iter(), nothing);
                resume_unwind(payload)
            }
            // As with any future, polling it after it was ready is a mistake of the caller.
            Body::Running | Body::Ended(_) => panic!("a scope was polled after it was ready"),
        }
    }
}

fn of_body(error: Error) -> ChildError {
    ChildError::of(ChildKey::Body, error)
}

/// Reports the failures if the scope is dropped before it has given them as its result.
impl<T> Drop for Outcome<T> {
    fn drop(&mut self) {
        let mut failures = std::mem::take(&mut self.failures);
        let body = match std::mem::replace(&mut self.body, Body::Running) {
            Body::Running | Body::Ended(_) => None,
            Body::Failed(error, _) => Some(error),
            Body::Panicked(payload) => Some(Panicked::new(payload).into()),
        };
        if let Some(error) = &body {
            failures.retain(|other| !error.comes_of(&other.error));
        }
        if body.is_some() || !failures.is_empty() {
            report_dropped(SCOPE, body.map(of_body).into_iter().chain(failures), nothing);
        }
    }
}
