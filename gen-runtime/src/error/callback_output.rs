//! What a callback may return.

use super::{Result, Throw};

/// What a callback of the loop may return: `()`, or a `Result<(), E>` whose error can be thrown.
///
/// `M` is the kind of error, found by inference. In a closure that fails by `?` only nothing says what `E` is: write it, `|| -> gen::Result { .. }`.
#[diagnostic::on_unimplemented(
    message = "a callback cannot return `{Self}`",
    label = "returns `{Self}`",
    note = "a callback returns `()`, or a `Result<(), E>` with an error that can be thrown"
)]
pub trait CallbackOutput<M = ()> {
    /// The failure, if it is one.
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
