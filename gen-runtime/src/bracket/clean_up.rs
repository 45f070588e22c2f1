//! [`CleanUp`]: the clean-up of a [`finally`](super::finally()).

use crate::Coroutine;

/// The clean-up of a [`finally`](crate::finally()): a coroutine, or a function that makes one. The
/// marker `M` distinguishes the two impls.
///
/// The function may return any future of a `Result`. Without it only a coroutine will do, because
/// that has not begun: work that was spawned would clean up before the body has ended.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no clean-up",
    label = "expected a coroutine, or a function that makes one",
    note = "write a closure that makes the coroutine of the clean-up: `gen::finally(body, || clean_up())`"
)]
pub trait CleanUp<M> {
    /// The coroutine, or another future of a `Result`.
    type Coroutine;

    /// Called when the body has ended.
    fn into_coroutine(self) -> Self::Coroutine;
}

/// Marks a function that makes the coroutine.
#[doc(hidden)]
#[derive(Debug)]
pub enum Made {}

/// Marks the coroutine itself.
#[doc(hidden)]
#[derive(Debug)]
pub enum Given {}

#[diagnostic::do_not_recommend]
impl<F: FnOnce() -> C, C> CleanUp<Made> for F {
    type Coroutine = C;

    fn into_coroutine(self) -> C {
        self()
    }
}

#[diagnostic::do_not_recommend]
impl<C: Coroutine> CleanUp<Given> for C {
    type Coroutine = C;

    fn into_coroutine(self) -> C {
        self
    }
}
