//! What the compiler says about mistakes in coroutines: the cases as data.
//!
//! `pass/<family>/<name>.rs` must compile and run; most do what some message advises. `fail/<family>/<mistake>.rs` must not compile, and says at each wrong line what is expected there:
//!
//! ```text
//! yield_!(42)?; //~ gen: `{integer}` cannot be yielded from a coroutine
//! //~| note: a yieldable is a future, ..
//! let number: u32 = "text";
//! //~^ rustc: mismatched types
//! ```
//!
//! - `gen:` is a message in our words, `rustc:` one in the compiler's. It is the whole message; `[..]` stands for anything.
//! - `//~^` speaks of the line above, `//~^^` of the one above that.
//! - `//~| help: ..` or `//~| note: ..`, on the lines after, is what the message goes on to advise.
//!
//! What a case has to excuse stands at its top, as `//@ directive: reason`:
//!
//! - `several:` why it has more than one error;
//! - `attribute:` why an error points at an attribute;
//! - `rustc:` what stable Rust does not let us say better. It is printed in the README;
//! - `edition: 2018`: it is compiled with that edition.
//!
//! What the compiler says is in the `.stderr` beside the case. The tests hold it, the comments and the README's table together.

mod case;
mod compile;
mod errors;
pub mod table;

pub use case::{failing_cases, passing_cases, Case, Expected, Words};
pub use compile::{Compiled, Compiler, Goal};
pub use errors::{errors_in, CompilerError};
