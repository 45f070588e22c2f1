//! The messages of the compiler for mistakes in coroutines. The cases are data.
//!
//! `pass/<family>/<name>.rs` must compile and run; most of these files follow the advice of a
//! message. `fail/<family>/<mistake>.rs` must not compile, and a comment at each wrong line says
//! which error is expected there:
//!
//! ```text
//! yield_!(42)?; //~ gen: `{integer}` cannot be yielded from a coroutine
//! //~| note: a yieldable is a future, ..
//! let number: u32 = "text";
//! //~^ rustc: mismatched types
//! ```
//!
//! - `gen:` begins a message of ours, `rustc:` one of the compiler's. The whole message is written;
//!   `[..]` stands for any text.
//! - `//~^` refers to the line above, `//~^^` to the one above that.
//! - `//~| help: ..` or `//~| note: ..`, on the lines after, is the advice that the message gives.
//!
//! Directives at the top of a case have the form `//@ directive: reason`:
//!
//! - `several:` says why the case has more than one error;
//! - `attribute:` says why an error points at an attribute;
//! - `rustc:` says why the message is rustc's, and what to write;
//! - `edition: 2018` compiles the case with that edition;
//! - `tests:` says why the case is compiled as a program of tests.
//!
//! The README prints the first three. The `.stderr` beside a case is the whole output of the
//! compiler. The tests check that the comments, the `.stderr` and the README agree.

mod case;
mod compile;
mod errors;
pub mod table;

pub use case::{failing_cases, passing_cases, Case, Expected, Words};
pub use compile::{Compiled, Compiler, Goal};
pub use errors::{errors_in, CompilerError};
