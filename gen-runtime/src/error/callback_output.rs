//! [`CallbackOutput`], the trait of the types that a callback may return.

use super::{Result, Throw};

/// A type that a callback of the loop may return: `()`, or a `Result<(), E>` whose error can be
/// thrown.
///
/// `M` is the kind of error, and is inferred. If a closure fails only by `?`, its `E` cannot be
/// inferred: write the return type, `|| -> gen::Result { .. }`.
#[diagnostic::on_unimplemented(
    message = "a callback cannot return `{Self}`",
    label = "returns `{Self}`",
    note = "a callback returns `()`, or a `Result<(), E>` with an error that can be thrown"
)]
pub trait CallbackOutput<M = ()> {
    #[doc(hidden)]
    fn into_result(self) -> Result;
}

impl CallbackOutput for () {
    fn into_result(self) -> Result {
        Ok(())
    }
}

impl<E: Throw<M>, M> CallbackOutput<M> for std::result::Result<(), E> {
    fn into_result(self) -> Result {
        self.map_err(Throw::throw)
    }
}
