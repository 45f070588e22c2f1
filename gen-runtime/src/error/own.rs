//! The bound on an error type of a user's own.

use super::Error;

/// An error type that a [`gen::Error`](Error) can be converted to. Every type that implements
/// `From<gen::Error>` is one.
///
/// It is required of the error type of a coroutine where the runtime may add a failure of its own,
/// such as a timeout.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from a `gen::Error`, which may occur here too",
    label = "`From<gen::Error>` is not implemented for it",
    note = "the runtime may raise an error of its own here: give the type a variant for it, by `#[from] gen::Error` with thiserror or by an `impl From<gen::Error>`; or return `gen::Result`, which holds any error",
    note = "`gen::block_on(future)` runs a future with any output, and returns the output as it is"
)]
pub trait TakesUpErrors: From<Error> {}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> TakesUpErrors for E {}
