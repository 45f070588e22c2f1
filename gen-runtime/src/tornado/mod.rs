//! What is here for those who come from Tornado: the same can be written without it.
//!
//! | file | what it holds |
//! |---|---|
//! | `arguments.rs` | [`Arguments`]: what a callback was called with, by position and by name |
//! | `yield_future.rs` | [`YieldFuture`]: a future, by the name that it has among yield points |
//! | `return_value.rs` | [`Return`](fn@Return): a value that ends a coroutine, in the guise of an error |
//! | `convert_macros.rs` | `maybe_future!` and `convert_yielded!` |
//! | `dynamic/` | values whose type is known only at run time, with the feature `dynamic` |

mod arguments;
mod convert_macros;
#[cfg(feature = "dynamic")]
pub mod dynamic;
mod return_value;
mod yield_future;

pub use self::arguments::Arguments;
pub use self::return_value::{CatchReturn, Return};
pub use self::yield_future::YieldFuture;
