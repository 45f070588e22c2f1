//! Errors, and requests to cancel.

use std::time::Duration;

use super::Model;
use crate::trace::{Failure, Kind, Source};
use crate::world::Value;

/// A request to cancel.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) source: Source,
    pub(super) reason: String,
    /// Identifies the request.
    pub(super) number: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Error {
    pub(super) what: What,
    /// Clones have the same identity.
    pub(super) identity: u64,
    pub(super) passed: usize,
    /// The other errors, by their path from the group that raised this one.
    pub(super) others: Vec<(Vec<usize>, Error)>,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Fault(u32),
    Cancelled(Request),
    /// The deadline has passed, which is in seconds from the call.
    Timeout(u64),
    Broken,
    Closed,
    NoFirst,
    Taken,
    Panicked(u32),
}

impl Error {
    /// The error passes a yield.
    pub(super) fn pass(mut self) -> Self {
        self.passed += 1;
        self
    }

    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self.what, What::Cancelled(_))
    }

    /// Whether the error is a cancellation by this request.
    pub(super) fn is_of(&self, request: &Request) -> bool {
        self.is_of_number(request.number)
    }

    pub(super) fn is_of_number(&self, request: u64) -> bool {
        matches!(&self.what, What::Cancelled(own) if own.number == request)
    }

    /// Whether the error is that one, or a clone of it.
    pub(super) fn comes_of(&self, other: &Error) -> bool {
        self.identity == other.identity
    }

    pub(super) fn shown(&self) -> Failure {
        let kind = match &self.what {
            What::Fault(number) => Kind::Fault(*number),
            What::Cancelled(request) => Kind::Cancelled(request.source, self.passed > 0),
            What::Timeout(after) => Kind::Timeout(*after),
            What::Broken => Kind::Broken,
            What::Closed => Kind::Closed,
            What::NoFirst => Kind::NoFirst,
            What::Taken => Kind::Taken,
            What::Panicked(number) => Kind::Panicked(*number),
        };
        let others = self.others.iter().map(|(path, other)| (path.clone(), other.shown()));
        Failure { kind, passed: self.passed, others: others.collect() }
    }

    /// The text of the error in the log.
    pub(super) fn text(&self) -> String {
        match &self.what {
            What::Fault(number) => format!("fault {number}"),
            What::Cancelled(request) => format!("cancelled: {}", request.reason),
            What::Timeout(after) => format!("timeout after {:?}", Duration::from_secs(*after)),
            What::Broken => {
                format!("the promise of a `{}` was dropped before it was set", std::any::type_name::<Value>())
            }
            What::Closed => "the queue is closed".to_owned(),
            What::NoFirst => "`first_of` was given no children, so none of them will be the first".to_owned(),
            What::Taken => {
                "the result of this task was taken before: a `JoinHandle` gives it once".to_owned()
            }
            What::Panicked(number) => format!("panicked: panic {number}"),
        }
    }
}

impl Model<'_> {
    pub(super) fn error(&mut self, what: What) -> Error {
        self.errors += 1;
        Error { what, identity: self.errors, passed: 0, others: Vec::new() }
    }

    /// The next error that the program itself throws.
    pub(super) fn fault(&mut self) -> Error {
        let number = self.next_fault();
        self.error(What::Fault(number))
    }

    pub(super) fn next_fault(&mut self) -> u32 {
        self.faults += 1;
        self.faults - 1
    }
}
