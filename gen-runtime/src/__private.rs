//! What the macros emit paths to. Nothing here is meant to be named by hand, and nothing of it is stable.

pub use gen_macros::unfinished;
pub use std::marker::Send;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::i32;
pub use std::{column, compile_error, concat, file, line, stringify};

pub use crate::coroutine::{
    at, boxed, closed_machine, ending, machine, Call, Ending, Frame, Machine, Meta, SuspendPending,
};
pub use crate::engine::{engine, EngineOutput};
pub use crate::error::CatchReturn;
pub use crate::yieldable::maybe::{FutureKind, Maybe, ValueKind};
pub use crate::yieldable::probe::{AnyResultKind, CoroutineKind, FlatKind, Probe, RawKind};
pub use crate::yieldable::tuple;

/// Spells the type `!` where it cannot be written: `<fn() -> ! as Never>::T`.
pub trait Never {
    /// The return type of the function type.
    type T;
}

impl<T> Never for fn() -> T {
    type T = T;
}

/// Stands for a body's output in an arm that is never reached: it holds every `return` and `?` to the type `R`.
#[must_use]
pub fn output<R>() -> R {
    unreachable!("no code is made of the arm that calls this")
}

/// Stands where a `yield_!` cannot, beside its error: nothing is known of its type, so that there is no second error.
pub const fn outside<T>((): ()) -> T {
    unreachable!()
}

/// What `#[gen::main]` does with the coroutine of `main`.
pub fn main<F: std::future::Future>(coroutine: F) -> F::Output {
    crate::block_on(coroutine)
}
