//! `spawn` and `spawn_local`: a coroutine becomes a task.

use std::future::Future;
use std::rc::Rc;

use super::loop_task::{FirstStep, NewTask};
use super::origin::TaskOrigin;
use super::span::TaskSpan;
use super::{hosted, JoinHandle};
use crate::error::Throw;
use crate::executor::host::{self, TaskHost};
use crate::executor::{count_first_step, Around, Core, LoopClosed, NoHost};
use crate::yieldable::FutureOfResult;

/// Starts a coroutine, or any other future of a `Result`, as a task of its own.
///
/// The body runs up to its first suspension before this call returns. The rest runs on the executor
/// of the caller, whether or not the [`JoinHandle`] is polled. So a body that never has to wait has
/// ended on return.
///
/// First steps nest if the body spawns a task, whose body spawns the next one, and so on. To
/// protect the stack, at most 32 of them nest: the next task starts one turn later. A body may
/// spawn any number of tasks that do not nest so deep.
///
/// The first step runs within this call, so the caller must not hold a lock that the body takes
/// there. A body that begins with [`moment`](crate::moment()) takes no lock in its first step: so a
/// caller can put the handle into a table, under the lock of the table, before the body removes it.
///
/// The coroutine must be `Send`, so that every executor can run it; [`spawn_local`] takes
/// coroutines that are not.
///
/// | where | the task |
/// |---|---|
/// | on an [`IoLoop`](crate::IoLoop) | is a task of that loop |
/// | on tokio, with the feature `tokio` | is a task of the runtime. If the body ends in its first step, tokio sees nothing of it |
/// | within [`with_spawner`](crate::with_spawner) | is a task of the executor that was handed over |
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
/// Where no executor takes the task, the coroutine is dropped, and the handle resolves to
/// [`NoHost`].
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
    match host::tasks() {
        Some(TaskHost::Loop(core)) => start(&core, coroutine.into_future()),
        Some(TaskHost::Foreign(executor)) => hosted::start(executor, coroutine.into_future()),
        None => JoinHandle::failed(NoHost::for_tasks().into()),
    }
}

/// Starts a coroutine, or any other future of a `Result`, as a task that stays on this thread.
///
/// It is [`spawn`] for coroutines that are not `Send`. An [`IoLoop`](crate::IoLoop) runs them, and
/// tokio does within `gen::local` (with the feature `tokio`).
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
/// Where no executor takes the task, the coroutine is dropped, and the handle resolves to
/// [`NoHost`].
#[track_caller]
pub fn spawn_local<C, T, E, M>(coroutine: C) -> JoinHandle<T>
where
    C: FutureOfResult<T, E>,
    C::IntoFuture: Future + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    match host::tasks() {
        Some(TaskHost::Loop(core)) => start(&core, coroutine.into_future()),
        Some(TaskHost::Foreign(executor)) => hosted::start_local(executor, coroutine.into_future()),
        None => JoinHandle::failed(NoHost::for_tasks().into()),
    }
}

/// Returns an error if nothing here takes a task that may go to any thread.
pub(crate) fn check_tasks() -> Result<(), NoHost> {
    host::tasks().map(drop).ok_or_else(NoHost::for_tasks)
}

/// Returns an error if nothing here takes a task that stays on this thread.
#[track_caller]
pub(crate) fn check_local() -> Result<(), NoHost> {
    match host::tasks() {
        Some(TaskHost::Loop(_)) => Ok(()),
        Some(TaskHost::Foreign(executor)) if executor.is_local() => Ok(()),
        Some(TaskHost::Foreign(_)) => Err(NoHost::for_local_tasks()),
        None => Err(NoHost::for_tasks()),
    }
}

/// Starts a task on a loop.
#[track_caller]
pub(crate) fn start<F, T, E, M>(core: &Rc<Core>, body: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    // Made before the task has a slot, because a subscriber may panic when it makes a span.
    let span = TaskSpan::of::<F>();
    // Made first, so that the cold function gets a pointer: it would keep the body in memory.
    let task = NewTask::new(body, span, TaskOrigin::here());
    let Some(begun) = core.begin() else { return start_unusually(core, task) };
    let id = core.id_of(begun);
    let Some(_counted) = count_first_step() else {
        let (new, handle) = task.split(id);
        core.queue_first_step(id, new);
        return JoinHandle::on_loop(handle);
    };
    // Dropped before the count, which it restores.
    let mut around = Around::default();
    core.enter_around(begun, &mut around);
    match core.poll_slot(id.slot(), |cx| task.first_step(cx)) {
        FirstStep::Ended(result) => {
            core.release(id.slot());
            JoinHandle::ended(result)
        }
        FirstStep::Suspended(task) => {
            let (suspended, handle) = task.split(id);
            core.suspend(id.slot(), suspended);
            JoinHandle::on_loop(handle)
        }
    }
}

/// Starts a task whose first step is timed. On a closed loop the body is dropped.
#[cold]
fn start_unusually<F, T, E, M>(core: &Rc<Core>, task: NewTask<F, T, M>) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    let Some(begun) = core.begin_any() else { return JoinHandle::failed(LoopClosed.into()) };
    let (task, handle) = task.split(core.id_of(begun));
    core.start(begun, task);
    JoinHandle::on_loop(handle)
}
