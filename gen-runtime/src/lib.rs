//! tornado.gen for Rust.

#[doc(hidden)]
pub mod __private;
mod coroutine;
mod error;
mod io_loop;
mod multi;
mod task;
mod time;
mod yield_macro;
mod yieldable;

pub use gen_macros::{co, coroutine, main};

pub use crate::coroutine::{BoxCoroutine, Coroutine, Frame, Kind, LocalBoxCoroutine, Site};
pub use crate::error::{Error, Other, Panicked, Place, Result, Throw, TimeoutError};
pub use crate::io_loop::{
    block_on, run_sync, CallbackOutput, IoLoop, IoLoopHandle, LoopClosed, LoopRunning, LoopStopped, NoLoop,
    Remote,
};
pub use crate::multi::{multi, Multi};
pub use crate::task::{spawn, spawn_local, JoinHandle};
pub use crate::time::{
    moment, sleep, with_timeout, Clock, Deadline, Moment, Sleep, TimerKey, VirtualClock, WithTimeout,
};
pub use crate::yieldable::{
    boxed, boxed_send, ok, raw, BoxYieldable, Custom, Flat, Raw, SendBoxYieldable, Yieldable,
};
