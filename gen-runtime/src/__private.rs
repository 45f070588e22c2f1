//! The names to which the macros emit paths. Users never write them, and any release may change
//! them.

pub use gen_macros::{coroutine, engine, main, unfinished, verbatim};
pub use std::convert::From;
pub use std::marker::Send;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::i32;
pub use std::result::Result::Err;
pub use std::{column, compile_error, concat, file, format_args, line, stringify};

// Users know some of these names by other paths. The macros find all of them here, below the one
// path of the option `crate = path`.
pub use crate::coroutine::{
    boxed, call, closed_machine, machine, map_output, At, Call, Edge, Frame, Machine, MapOutput, NoSite,
    NO_CALL,
};
pub use crate::engine::{engine, EngineOutput};
pub use crate::error::{text_error, Bailed, ErrorItself, Site};
pub use crate::tornado::CatchReturn;
pub use crate::yield_macro::maybe::{FutureKind, Maybe, ValueKind};
pub use crate::yield_macro::mistakes::Anything;
pub use crate::yield_macro::outside;
pub use crate::yield_macro::probe::{ask, IntoPending};
pub use crate::yieldable::tuple;
pub use crate::{BoxCoroutine, Coroutine, LocalBoxCoroutine, Result};

/// Names the type `!` where it cannot be written: `<fn() -> ! as Never>::T`.
pub trait Never {
    /// The return type of the function type.
    type T;
}

impl<T> Never for fn() -> T {
    type T = T;
}

/// Stands for the output of a body in an arm that is never reached. rustc checks each `return` and
/// `?` of the body against its type.
pub trait Unreached: Sized {
    /// Is never called.
    #[must_use]
    fn output() -> Self {
        unreachable!("the arm that calls this is never reached")
    }
}

impl<R> Unreached for R {}

/// Runs the coroutine that `#[gen::main]` makes of `main`.
pub fn main<F: std::future::Future>(coroutine: F) -> F::Output {
    crate::block_on(coroutine)
}
