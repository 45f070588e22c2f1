//! tornado.gen for Rust.

#[doc(hidden)]
pub mod __private;
mod coroutine;
mod error;
mod multi;
mod yield_macro;
mod yieldable;

pub use gen_macros::{co, coroutine, main};

pub use crate::coroutine::{BoxCoroutine, Coroutine, Frame, Kind, LocalBoxCoroutine, Site};
pub use crate::error::{Error, Other, Panicked, Place, Result, Throw, TimeoutError};
pub use crate::multi::{multi, Multi};
pub use crate::yieldable::{
    boxed, boxed_send, ok, raw, BoxYieldable, Custom, Flat, Raw, SendBoxYieldable, Yieldable,
};
