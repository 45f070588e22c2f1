//! Ctrl-C.

use async_signal::{Signal, Signals};
use futures_lite::StreamExt;
use gen::yield_;

use crate::crawl::End;

/// Waits until the user presses Ctrl-C.
///
/// From its first poll on, Ctrl-C no longer ends the process.
#[gen::coroutine]
pub(crate) fn ctrl_c() -> gen::Result<End> {
    let mut signals = Signals::new([Signal::Int])?;
    yield_!(signals.try_next())?;
    Ok(End::Interrupted)
}
