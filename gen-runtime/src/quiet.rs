//! Which errors are not worth a line in the log: what the `quiet` of [`multi`](crate::multi) and [`with_timeout`](crate::with_timeout) was told.

use std::error::Error as StdError;

use crate::Error;

/// Whether an error is of a type that was named.
pub(crate) type IsQuiet = fn(&Error) -> bool;

/// Nothing was named: every error is told.
pub(crate) fn nothing(_: &Error) -> bool {
    false
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

impl<E, Q> QuietTypes for (E, Q)
where
    E: StdError + Send + Sync + 'static,
    Q: QuietTypes,
{
    fn include(error: &Error) -> bool {
        error.is::<E>() || Q::include(error)
    }
}
