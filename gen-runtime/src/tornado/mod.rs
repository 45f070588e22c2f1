//! Counterparts of Tornado's names, for users of Tornado. Everything can also be written without
//! them.
//!
//! | file | what it holds |
//! |---|---|
//! | `arguments.rs` | [`Arguments`]: the arguments of a callback, by position and by name |
//! | `yield_future.rs` | [`YieldFuture`]: Tornado's yield point for a future |
//! | `return_value.rs` | [`Return`](fn@Return): an error that ends a coroutine with a value |
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
