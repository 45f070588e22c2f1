//! Ctrl-C.

use async_signal::{Signal, Signals};
use futures_lite::StreamExt;
use gen::yield_;

/// Waits until the user presses Ctrl-C.
///
/// From its first poll on, Ctrl-C no longer ends the process.
#[gen::coroutine]
pub fn ctrl_c() -> gen::Result {
    let mut signals = Signals::new([Signal::Int])?;
    yield_!(signals.try_next())?;
    Ok(())
}
