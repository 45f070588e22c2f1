//! [`with_spawner`]: the executor on which a future spawns its tasks.

use std::future::Future;

use super::executor::Executor;
use super::spawner::Spawner;
use super::with_executor::WithExecutor;

/// Runs a future that spawns its tasks with `spawner`.
///
/// Without it [`spawn`](crate::spawn) works on an [`IoLoop`](crate::IoLoop), and on tokio with the
/// feature `tokio`. Every other executor has to be handed over. The tasks that the future spawns
/// have the same spawner, and so have the tasks that these spawn.
///
/// ```
/// use async_executor::Executor;
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn sum() -> gen::Result<u32> {
///     let squares = [1, 2, 3].map(|n| gen::spawn(square(n)));
///     Ok(yield_!(squares)?.iter().sum())
/// }
/// # async fn square(n: u32) -> gen::Result<u32> {
/// #     Ok(n * n)
/// # }
///
/// static EXECUTOR: Executor = Executor::new();
/// let spawner = |task| EXECUTOR.spawn(task).detach();
/// let sum = EXECUTOR.run(gen::with_spawner(spawner, sum()));
/// assert_eq!(futures::executor::block_on(sum).unwrap(), 14);
/// ```
///
/// # Time
///
/// A spawner has no clock. [`sleep`](crate::sleep()) and timeouts use the timers of the loop or of
/// tokio where one of these runs, and else those of `async-io`, with the feature `smol`.
///
/// # Cancellation
///
/// Dropping it drops the future. The tasks go on.
pub fn with_spawner<F: Future>(spawner: impl Spawner, future: F) -> WithExecutor<F> {
    WithExecutor::new(Executor::of_spawner(spawner), future)
}
