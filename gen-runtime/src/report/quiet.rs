//! Which errors are not worth a line in the log: what the `quiet` of [`multi`](crate::multi) and
//! [`with_timeout`](crate::with_timeout) was told.

use std::error::Error as StdError;

use crate::Error;

/// Whether an error is of a type that was named.
pub(crate) type IsQuiet = fn(&Error) -> bool;

/// Nothing was named: every error is reported.
pub(crate) fn nothing(_: &Error) -> bool {
    false
}

/// An error that `quiet` can name: every standard error, or [`gen::Error`](Error), which names all.
#[diagnostic::on_unimplemented(
    message = "`quiet` cannot name `{Self}`: it is no error type that a `gen::Error` can be asked for",
    label = "not the type of an error",
    note = "it names a type that is `std::error::Error + Send + Sync + 'static`, or `gen::Error` for all errors"
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

/// Every error is one.
impl QuietError for Error {
    fn includes(_: &Error) -> bool {
        true
    }
}

/// A list of error types: `()` is empty, `(E, Q)` is `E` and those of `Q`.
pub trait QuietTypes {
    /// Whether an error is one of them.
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
