//! What can be wrong with a loop: each is a type of its own, so that `e.is::<gen::NoLoop>()` can ask for it.
use std::error::Error;
use std::fmt;

/// Nothing on this thread can do what was asked: no [`IoLoop`](crate::IoLoop) is running here.
///
/// Timers and tasks need a loop. Give the coroutine to [`gen::run_sync`](crate::run_sync), or poll it inside
/// of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoLoop;

impl fmt::Display for NoLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no `IoLoop` is running on this thread: run the coroutine with `gen::run_sync`")
    }
}

impl Error for NoLoop {}

/// The [`IoLoop`](crate::IoLoop) was dropped: what was suspended on it will not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoopClosed;

impl fmt::Display for LoopClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the `IoLoop` was dropped before this was done")
    }
}

impl Error for LoopClosed {}

/// [`stop`](crate::IoLoopHandle::stop) was called while [`run_sync`](crate::IoLoop::run_sync) was waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoopStopped;

impl fmt::Display for LoopStopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the `IoLoop` was stopped before the coroutine that `run_sync` waits for was done")
    }
}

impl Error for LoopStopped {}

/// A blocking call inside of a running loop: it would stop everything else on this thread, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoopRunning;

impl fmt::Display for LoopRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an `IoLoop` is running on this thread already: yield the coroutine instead of blocking on it",
        )
    }
}

impl Error for LoopRunning {}
