//! What can be wrong with a loop: each is a type of its own, so that `e.is::<gen::NoLoop>()` can ask for it.
use std::error::Error;
use std::fmt;

/// Nothing on this thread can do what was asked: no [`IoLoop`](crate::IoLoop) is running here.
///
/// Timers and tasks need a loop. Give the coroutine that wants them to [`gen::run_sync`](crate::run_sync), or
/// yield it in another one that runs on a loop.
///
/// # Inside of another runtime
///
/// A task of another runtime, such as tokio or smol, may await a coroutine like any other future; but there is
/// no loop. Do not make one by calling `run_sync` in the task: it blocks the thread, so the runtime stands
/// still, and if what the coroutine waits for comes by that runtime it never comes. (With the feature `tokio`
/// the call is refused in a task of tokio, see [`RuntimeRunning`].) Run the part that needs the loop on a
/// thread that may block, and await that:
///
/// ```
/// use std::time::Duration;
///
/// async fn handler() -> gen::Result<&'static str> {
///     let slow = tokio::task::spawn_blocking(|| {
///         gen::run_sync(async {
///             gen::sleep(Duration::from_millis(1)).await?;
///             Ok("slept")
///         })
///     });
///     slow.await?
/// }
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # assert_eq!(runtime.block_on(handler()).unwrap(), "slept");
/// ```
///
/// Or take the runtime's own timers and tasks: they can be yielded, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoLoop;

impl fmt::Display for NoLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "no `IoLoop` is running on this thread: run the coroutine with `gen::run_sync`, but not in a task \
             of another runtime, which that would block: there, use the runtime's own timers and tasks, or \
             call `gen::run_sync` on a thread that may block (tokio: `tokio::task::spawn_blocking`)",
        )
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

/// A blocking call inside of a task of tokio: it would stop everything else on this thread, which may be what
/// the call waits for.
///
/// Await or yield the coroutine instead: it is a future like any other. What needs a loop, as timers and tasks
/// do, has one on a thread that may block: see [`NoLoop`] for an example.
///
/// A call is refused wherever tokio polls: in its tasks, in the future of its `block_on`, on each kind of its
/// runtimes. It is not refused in `spawn_blocking` and `block_in_place`, nor where a runtime is only entered.
/// This is known with the feature `tokio` alone, and not in a task that is `unconstrained`; elsewhere such a
/// call blocks.
///
/// ```
/// # #[cfg(feature = "tokio")] {
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let error = runtime.block_on(async { gen::run_sync(gen::sleep(std::time::Duration::ZERO)).unwrap_err() });
/// assert!(error.is::<gen::RuntimeRunning>());
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuntimeRunning;

impl fmt::Display for RuntimeRunning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a task of tokio is running on this thread, and a blocking call would stop its runtime: await or \
             yield the coroutine instead, or make the call in `tokio::task::spawn_blocking`",
        )
    }
}

impl Error for RuntimeRunning {}
