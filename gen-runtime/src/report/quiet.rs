//! The errors that the `quiet` of [`multi`](crate::multi), of a race and of
//! [`with_timeout`](crate::with_timeout) keeps out of the log.

use std::error::Error as StdError;

use crate::Error;

/// Whether `quiet` names the type of the error.
pub(crate) type IsQuiet = fn(&Error) -> bool;

/// The default: no error is quiet.
pub(crate) fn nothing(_: &Error) -> bool {
    false
}

/// A type that `quiet` can name: every standard error, or [`gen::Error`](Error) for all errors.
#[diagnostic::on_unimplemented(
    message = "`quiet` cannot name `{Self}`: a `gen::Error` cannot be downcast to it",
    label = "not the type of an error",
    note = "name a type that is `std::error::Error + Send + Sync + 'static`, or `gen::Error` for all errors"
)]
pub trait QuietError: 'static {
    /// Whether `error` is one of this type.
    #[doc(hidden)]
    fn includes(error: &Error) -> bool;
}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> QuietError for E {
    fn includes(error: &Error) -> bool {
        error.is::<E>()
    }
}

impl QuietError for Error {
    fn includes(_: &Error) -> bool {
        true
    }
}

/// A list of error types: `()` is the empty list, `(E, Q)` is `E` and the types of `Q`.
pub trait QuietTypes {
    /// Whether the error is of one of the types.
    fn include(error: &Error) -> bool;
}

impl QuietTypes for () {
    fn include(error: &Error) -> bool {
        nothing(error)
    }
}

impl<E: QuietError, Q: QuietTypes> QuietTypes for (E, Q) {
    fn include(error: &Error) -> bool {
        E::includes(error) || Q::include(error)
    }
}
