//! `spawn` and `spawn_local`: a coroutine becomes a task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::body::{Joinable, Task};
use super::JoinHandle;
use crate::error::Throw;
use crate::executor::{host, Host, NoLoop, TaskRef};
use crate::yieldable::FutureOfResult;

/// Starts a coroutine, or any other future of a `Result`, as a task of its own.
///
/// The body runs up to its first suspension before this call returns. The rest runs on the loop,
/// whether or not the [`JoinHandle`] is polled. So a body that never has to wait has ended on
/// return.
///
/// First steps nest if the body spawns a task, whose body spawns the next one, and so on. To
/// protect the stack, at most 32 of them nest: the next task starts in the loop's next turn. A body
/// may spawn any number of tasks that do not nest so deep.
///
/// The coroutine must be `Send`, so that any runtime could run it; [`spawn_local`] takes coroutines
/// that are not.
///
/// ```
/// let order = gen::run_sync(async {
///     let (tx, rx) = std::sync::mpsc::channel();
///     let task = gen::spawn({
///         let tx = tx.clone();
///         async move {
///             tx.send("the first step")?;
///             gen::moment().await?;
///             tx.send("the rest")?;
///             Ok::<(), gen::Error>(())
///         }
///     });
///     tx.send("after the call")?;
///     task.await?;
///     drop(tx);
///     Ok::<_, gen::Error>(rx.iter().collect::<Vec<_>>())
/// });
/// assert_eq!(order.unwrap(), ["the first step", "after the call", "the rest"]);
/// ```
///
/// # Errors
///
/// Where no loop runs, the coroutine is dropped, and the handle resolves to [`NoLoop`].
#[track_caller]
#[doc(alias("create_task", "ensure_future", "spawn_callback"))]
pub fn spawn<C, T, E, M>(coroutine: C) -> JoinHandle<T>
where
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + Send + 'static,
    T: Send + 'static,
    E: Throw<M>,
    M: 'static,
{
    spawn_local(coroutine)
}

/// Starts a coroutine, or any other future of a `Result`, as a task that stays on this thread.
///
/// It is [`spawn`] for coroutines that are not `Send`, which only a single-threaded loop can run.
///
/// ```
/// use std::rc::Rc;
///
/// let not_send = Rc::new(7);
/// let seven = gen::run_sync(async {
///     gen::spawn_local(async move { Ok::<_, gen::Error>(*not_send) }).await
/// });
/// assert_eq!(seven.unwrap(), 7);
/// ```
///
/// # Errors
///
/// Where no loop runs, the coroutine is dropped, and the handle resolves to [`NoLoop`].
#[track_caller]
pub fn spawn_local<C, T, E, M>(coroutine: C) -> JoinHandle<T>
where
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    match host::current() {
        Some(host) => start(&host, coroutine.into_future()),
        None => JoinHandle::failed(NoLoop.into()),
    }
}

/// Starts a task on `host`.
#[track_caller]
pub(crate) fn start<F, T, E, M>(host: &impl Host, body: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    let task: Pin<Arc<Task<F, T, M>>> = Arc::pin(Task::new(body));
    let handle: Pin<Arc<dyn Joinable<T>>> = task.clone();
    let task: TaskRef = task;
    match host.start(task) {
        Ok(id) => JoinHandle::started(id, handle),
        Err(closed) => JoinHandle::failed(closed.into()),
    }
}
