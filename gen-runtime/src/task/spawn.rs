//! Starting tasks.
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use super::body::{Joinable, Task};
use super::JoinHandle;
use crate::error::Throw;
use crate::executor::{current, Core, NoLoop, TaskRef};
use crate::yieldable::FutureOfResult;

/// Starts a coroutine, or any other future of a `Result`, as a task of its own.
///
/// The body runs at once, up to its first suspension, before this returns; the rest runs on the loop, whether
/// or not anyone waits for the [`JoinHandle`]. So what only needs ready things is done on return.
///
/// A body that spawns the next one nests inside of this call. The stack would end somewhere, so only 32 bodies
/// begin inside of each other: the next one waits for the loop's next turn, and so does what its handle says.
/// What nests less deep is not affected, however much it spawns.
///
/// The coroutine must be `Send`, so that it may be started on any runtime; [`spawn_local`] takes those that
/// are not.
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
/// Where no loop runs the coroutine is dropped, and the handle resolves to [`NoLoop`].
#[track_caller]
#[doc(alias = "create_task")]
#[doc(alias = "ensure_future")]
#[doc(alias = "spawn_callback")]
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
/// As [`spawn`], for what is not `Send`. Only a single-threaded loop can run it. The body runs at once, too, up
/// to its first suspension, unless 32 others begin around it.
///
/// ```
/// use std::rc::Rc;
///
/// let shared = Rc::new(7);
/// let seven = gen::run_sync(async move { gen::spawn_local(async move { Ok::<_, gen::Error>(*shared) }).await });
/// assert_eq!(seven.unwrap(), 7);
/// ```
///
/// # Errors
///
/// Where no loop runs the coroutine is dropped, and the handle resolves to [`NoLoop`].
#[track_caller]
pub fn spawn_local<C, T, E, M>(coroutine: C) -> JoinHandle<T>
where
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    match current::get() {
        Some(core) => start(&core, coroutine.into_future()),
        None => JoinHandle::failed(NoLoop.into()),
    }
}

/// Starts a task on that loop.
#[track_caller]
pub(crate) fn start<F, T, E, M>(core: &Rc<Core>, body: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    let task: Pin<Arc<Task<F, T, M>>> = Arc::pin(Task::new(body));
    let handle: Pin<Arc<dyn Joinable<T>>> = task.clone();
    let task: TaskRef = task;
    match core.start_task(task) {
        Ok(id) => JoinHandle::started(id, handle),
        Err(closed) => JoinHandle::failed(closed.into()),
    }
}
