//! [`local`], [`with_local_set`]: the places on tokio where a task may stay on its thread.

use std::future::Future;

use tokio::task::LocalSet;

use super::executor::Executor;
use super::with_executor::WithExecutor;
use crate::executor::current;

/// Runs a future on tokio that may spawn tasks that stay on this thread.
///
/// Within it [`spawn_local`](crate::spawn_local), [`engine`](macro@crate::engine)s and everything
/// else that needs such tasks work as on an [`IoLoop`](crate::IoLoop). The tasks belong to a
/// [`LocalSet`] of this future: they run while it is polled, and are dropped with it, also when it
/// is ready. To keep them longer, use [`with_local_set`] with a set of your own. With
/// `#[gen::main(tokio, flavor = "local")]` this is not needed.
///
/// ```
/// use gen::yield_;
/// use std::rc::Rc;
///
/// #[gen::coroutine]
/// fn shared_on_one_thread() -> gen::Result<usize> {
///     let shared = Rc::new(());
///     let clone = shared.clone();
///     yield_!(gen::spawn_local(async move {
///         Ok::<_, gen::Error>(Rc::strong_count(&clone))
///     }))
/// }
///
/// let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
/// let count = runtime.block_on(gen::local(shared_on_one_thread()));
/// assert_eq!(count.unwrap(), 2);
/// ```
///
/// # Panics
///
/// If it is polled where no runtime of tokio runs.
///
/// # Cancellation
///
/// Dropping it drops the future and the tasks.
pub async fn local<F: Future>(future: F) -> F::Output {
    let set = LocalSet::new();
    with_local_set(&set, future).await
}

/// As [`local`], with the tasks in a [`LocalSet`] of the user's.
///
/// The set must be polled for the tasks to go on: this future does that as long as it is polled.
///
/// ```
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let set = tokio::task::LocalSet::new();
/// let task = runtime.block_on(gen::with_local_set(&set, async {
///     gen::spawn_local(async {
///         gen::moment().await?;
///         Ok::<_, gen::Error>("outlives the future that has spawned it")
///     })
/// }));
/// let result = runtime.block_on(set.run_until(task));
/// assert_eq!(result.unwrap(), "outlives the future that has spawned it");
/// ```
///
/// # Cancellation
///
/// Dropping it drops the future. The tasks stay in the set.
pub async fn with_local_set<F: Future>(set: &LocalSet, future: F) -> F::Output {
    set.run_until(within_local(future)).await
}

/// Runs a future in a local context that the caller has entered.
pub(crate) fn within_local<F: Future>(future: F) -> WithExecutor<F> {
    // Tasks that were tracked before stay so.
    let tracker = current::executor().and_then(|executor| executor.tracker().cloned());
    WithExecutor::new(Executor::tokio(true, tracker), future)
}
