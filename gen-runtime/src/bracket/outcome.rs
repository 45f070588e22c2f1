//! The result of a bracket.

use std::any::Any;
use std::panic::resume_unwind;

use super::releasing::Released;
use super::using::Used;
use crate::error::{drop_payload, text_of, ChildError, ChildKey};
use crate::report::{self, Failed};
use crate::{Error, Result};

/// The result of the use, unless the release has failed or panicked. A panic goes on.
///
/// # Panics
///
/// If the use or the release has panicked.
pub(super) fn outcome<T>(used: Used<T>, released: Released) -> Result<T> {
    let Released { result, thrown } = released;
    match (used, result) {
        (Used::Ended(Ok(value)), Ok(Ok(()))) => interrupted(value, thrown),
        (Used::Ended(Ok(_)), Ok(Err(error))) => {
            report_thrown(thrown);
            Err(error)
        }
        (Used::Ended(Err(error)), Ok(Ok(()))) => {
            report_thrown(thrown);
            Err(error)
        }
        (Used::Ended(Err(error)), Ok(Err(of_release))) => {
            report_thrown(thrown);
            Err(both(error, of_release))
        }
        (Used::Ended(used), Err(panic)) => {
            report_thrown(thrown.into_iter().chain(used.err()));
            resume_unwind(panic)
        }
        (Used::Panicked(panic), released) => {
            report_thrown(thrown);
            report_release(released);
            resume_unwind(panic)
        }
    }
}

/// The use and the release have succeeded, and errors were thrown meanwhile.
fn interrupted<T>(value: T, thrown: Vec<Error>) -> Result<T> {
    let mut thrown = thrown.into_iter();
    let Some(first) = thrown.next() else { return Ok(value) };
    report_thrown(thrown);
    Err(first)
}

/// The use and the release have failed.
#[cold]
fn both(error: Error, of_release: Error) -> Error {
    let key = ChildKey::Key("release".to_owned());
    let other = ChildError::of(key, of_release);
    report::failures(|_| "the release of a bracket failed after its use had failed", [Failed::from(&other)]);
    error.with_others(&ChildKey::Body, vec![other])
}

/// Reports errors that the result of the bracket does not have.
fn report_thrown(errors: impl IntoIterator<Item = Error>) {
    for error in errors {
        report::failure(format_args!("an error of a bracket that has ended otherwise"), &error);
    }
}

/// Reports a release that has failed or panicked after the panic of its use.
#[cold]
fn report_release(released: Result<Result, Box<dyn Any + Send>>) {
    const AFTER: &str = "the release of a bracket failed after its use had panicked";
    match released {
        Ok(Ok(())) => {}
        Ok(Err(error)) => report::failure(format_args!("{AFTER}"), &error),
        Err(payload) => {
            let text = text_of(&*payload).unwrap_or("(its payload is no text)");
            report::error(format_args!("{AFTER}: panicked: {text}"));
            drop_payload(payload);
        }
    }
}
