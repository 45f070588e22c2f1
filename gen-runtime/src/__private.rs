//! The names to which the macros emit paths. Users never write them, and any release may change
//! them.

use std::future::Future;

pub use gen_macros::{coroutine, engine, main, test, unfinished, verbatim};
pub use std::convert::From;
pub use std::marker::Send;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::i32;
pub use std::result::Result::Err;
pub use std::{column, compile_error, concat, file, format_args, line, stringify};

// Users know some of these names by other paths. The macros find all of them here, below the one
// path of the option `crate = path`.
pub use crate::__on_tokio as on_tokio;
pub use crate::coroutine::{
    boxed, call, closed_machine, machine, map_output, At, Call, Edge, Frame, Machine, MapOutput, NoSite,
    NO_CALL,
};
pub use crate::engine::{engine, engine_send, EngineOutput};
pub use crate::error::{text_error, Bailed, ErrorItself, Site};
pub use crate::testing::harness::{run as run_test, TestOptions, TestOutput};
pub use crate::tornado::CatchReturn;
pub use crate::yield_macro::maybe::{FutureKind, Maybe, ValueKind};
pub use crate::yield_macro::mistakes::Anything;
pub use crate::yield_macro::outside;
pub use crate::yield_macro::probe::{ask, IntoPending};
pub use crate::yieldable::tuple;
pub use crate::{BoxCoroutine, Coroutine, LocalBoxCoroutine, Result};
#[cfg(all(feature = "tokio", not(loom)))]
pub use ::tokio;

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
pub fn main<F: Future>(coroutine: F) -> F::Output {
    crate::block_on(coroutine)
}

/// The runtimes that the option `tokio` chooses from.
#[cfg(all(feature = "tokio", not(loom)))]
pub mod tokio_entry {
    pub use crate::tokio_entry::{
        current_thread, local, multi_thread, test_current_thread, test_local, test_multi_thread,
    };
}

/// Calls a function of `tokio_entry`: `on_tokio!(flavor, option, coroutine)`.
#[cfg(all(feature = "tokio", not(loom)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_tokio {
    ($flavor:ident, $($arguments:tt)*) => {
        $crate::__private::tokio_entry::$flavor($($arguments)*)
    };
}

/// Reports that the feature is off.
#[cfg(not(all(feature = "tokio", not(loom))))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_tokio {
    ($($arguments:tt)*) => {
        $crate::__private::compile_error!(
            "the option `tokio` needs the feature `tokio` of the package `gen-runtime`\n\n\
             help: add it in Cargo.toml: `gen-runtime = { .., features = [\"tokio\"] }`\n\
             help: to run on the loop of gen, remove the option"
        )
    };
}
