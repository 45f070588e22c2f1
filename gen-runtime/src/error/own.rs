//! Error types of a user's own, which take up the errors of yields.

use super::Error;

/// An error type that a [`gen::Error`](Error) can become: every one that implements `From<gen::Error>`.
///
/// It is demanded where a coroutine with an error type of its own may fail for a reason that is not its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take up a `gen::Error`, as which something may fail here that is not its own",
    label = "`From<gen::Error>` is not implemented for it",
    note = "give it a variant for that: `#[from] gen::Error` with thiserror, else an `impl From<gen::Error>`; or return `gen::Result`, which takes up every error",
    note = "what is run may have any error if its output is wanted as it is: `gen::block_on(future)`"
)]
pub trait TakesUpErrors: From<Error> {}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> TakesUpErrors for E {}
