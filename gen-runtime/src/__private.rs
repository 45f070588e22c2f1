//! What the macros emit paths to. Nothing here is meant to be named by hand, and nothing of it is stable.

pub use gen_macros::{coroutine, engine, main, unfinished, verbatim};
pub use std::marker::Send;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::i32;
pub use std::{column, compile_error, concat, file, line, stringify};

// What users know by other paths; the option `crate = path` finds it here.
pub use crate::coroutine::{
    boxed, call, closed_machine, machine, map_output, At, Call, Edge, Frame, Machine, MapOutput, NoSite,
    NO_CALL,
};
pub use crate::engine::{engine, EngineOutput};
pub use crate::error::Site;
pub use crate::tornado::CatchReturn;
pub use crate::yield_macro::maybe::{FutureKind, Maybe, ValueKind};
pub use crate::yield_macro::mistakes::Anything;
pub use crate::yield_macro::outside;
pub use crate::yield_macro::probe::{ask, IntoPending};
pub use crate::yieldable::tuple;
pub use crate::{BoxCoroutine, Coroutine, LocalBoxCoroutine, Result};

/// Spells the type `!` where it cannot be written: `<fn() -> ! as Never>::T`.
pub trait Never {
    /// The return type of the function type.
    type T;
}

impl<T> Never for fn() -> T {
    type T = T;
}

/// Stands for a body's output in an arm that is never reached: it holds every `return` and `?` to the type.
pub trait Unreached: Sized {
    /// Never called.
    #[must_use]
    fn output() -> Self {
        unreachable!("no code is made of the arm that calls this")
    }
}

impl<R> Unreached for R {}

/// What `#[gen::main]` does with the coroutine of `main`.
pub fn main<F: std::future::Future>(coroutine: F) -> F::Output {
    crate::block_on(coroutine)
}
