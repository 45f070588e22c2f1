//! [`CleanUp`]: the clean-up of a [`finally`](super::finally()).

use std::future::IntoFuture;

/// A coroutine, or a function that makes one. `M` tells them apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no clean-up",
    label = "expected a function that makes a coroutine",
    note = "write a closure that makes the coroutine of the clean-up: `gen::finally(body, || clean_up())`; the coroutine itself will do, too"
)]
pub trait CleanUp<M> {
    /// The coroutine, or another future of a `Result`.
    type Coroutine;

    /// Called when the body has ended.
    fn into_coroutine(self) -> Self::Coroutine;
}

/// Marks a function.
#[derive(Debug)]
pub struct Made;

/// Marks a coroutine.
#[derive(Debug)]
pub struct Given;

#[diagnostic::do_not_recommend]
impl<F: FnOnce() -> C, C> CleanUp<Made> for F {
    type Coroutine = C;

    fn into_coroutine(self) -> C {
        self()
    }
}

#[diagnostic::do_not_recommend]
impl<C: IntoFuture> CleanUp<Given> for C {
    type Coroutine = C;

    fn into_coroutine(self) -> C {
        self
    }
}
