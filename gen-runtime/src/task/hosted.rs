//! A task on a foreign executor: the task with its mailbox.
//!
//! | task | body | mailbox |
//! |---|---|---|
//! | [`SendTask`]: may be moved between threads | [`Exclusive`] | a field, so the task is one allocation |
//! | [`LocalTask`]: stays on its thread | [`ThreadBound`] | an allocation of its own, because other threads may hold the mailbox, but not the result, which need not be `Send` |

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::body::{Joinable, Task};
use super::cell::{BodyCell, ThreadBound};
use super::exclusive::Exclusive;
use super::join::JoinState;
use super::JoinHandle;
use crate::error::{Error, Throw};
use crate::executor::requests::TaskAddress;
use crate::executor::{
    current, ErrorContext, Executor, Home, HostedBody, HostedRef, HostedTask, Mailbox, NoHost, Runnable,
    Shell, UnhandledError, Visit,
};
use crate::inject::in_flight::Thrown;
use crate::report::TaskName;

/// A task that the executor may move between threads.
type SendTask<F, T, M> = Hosted<Exclusive<F>, T, M, Mailbox>;

/// A task that stays on its thread.
type LocalTask<F, T, M> = Hosted<ThreadBound<F>, T, M, Arc<Mailbox>>;

pin_project! {
    struct Hosted<B, T, M, X> {
        #[pin]
        task: Task<B, T, M>,
        mailbox: X,
    }
}

/// Starts a task on an executor that may move it between threads.
#[track_caller]
pub(crate) fn start<F, T, E, M>(executor: Executor, body: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Throw<M>,
    M: 'static,
{
    let mailbox = Mailbox::new(current::capture());
    let task = Arc::pin(SendTask::<F, T, M> { task: Task::new(Exclusive::new(body)), mailbox });
    let mut visit = Visit::new(task.clone(), executor.of_any_thread());
    if let Poll::Ready(result) = first_step(&task, &mut visit) {
        return JoinHandle::ended(result);
    }
    let of_shell: Pin<Arc<dyn HostedBody + Send + Sync>> = task.clone();
    executor.spawn(Shell::new(of_shell, visit), TaskName::of::<F>(), || task.clone());
    JoinHandle::addressed(task)
}

/// Starts a task that stays on this thread.
#[track_caller]
pub(super) fn start_local<F, T, E, M>(executor: Executor, body: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Throw<M>,
    M: 'static,
{
    if !executor.is_local() {
        return JoinHandle::failed(NoHost::for_local_tasks().into());
    }
    let mailbox = Arc::new(Mailbox::new(current::capture()));
    let hosted = reference(&mailbox);
    let task = Arc::pin(LocalTask::<F, T, M> { task: Task::new(ThreadBound::new(body)), mailbox });
    let mut visit = Visit::new(hosted, executor.clone());
    if let Poll::Ready(result) = first_step(&task, &mut visit) {
        return JoinHandle::ended(result);
    }
    let of_shell: Pin<Arc<dyn HostedBody>> = task.clone();
    executor.spawn_local(Shell::new(of_shell, visit), TaskName::of::<F>(), || reference(&task.mailbox));
    JoinHandle::addressed(task)
}

/// Runs the body up to its first suspension, on the spot. Nothing has to be woken for it: the
/// executor polls the task once more in any case.
///
/// Does nothing if too many first steps are nested on this thread. Then the executor runs the first
/// step.
fn first_step<B, T, E, M, X>(task: &Pin<Arc<Hosted<B, T, M, X>>>, visit: &mut Visit) -> Poll<crate::Result<T>>
where
    B: BodyCell,
    B::Body: Future<Output = Result<T, E>>,
    E: Throw<M>,
    X: AsRef<Mailbox>,
{
    let Some(_counted) = current::count_first_step() else { return Poll::Pending };
    visit.first_step(task.mailbox.as_ref(), |cx| task.as_ref().project_ref().task.first_step(cx))
}

/// The reference to a task that stays on its thread: its mailbox.
fn reference(mailbox: &Arc<Mailbox>) -> HostedRef {
    Pin::<Arc<Mailbox>>::new(Arc::clone(mailbox))
}

impl<B, T, E, M, X> Runnable for Hosted<B, T, M, X>
where
    B: BodyCell,
    B::Body: Future<Output = Result<T, E>>,
    E: Throw<M>,
{
    fn run(self: Pin<&Self>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        self.project_ref().task.run(cx, thrown)
    }

    fn cut_short(self: Pin<&Self>, cancelled: Error) {
        self.project_ref().task.cut_short(cancelled);
    }

    fn close(self: Pin<&Self>) {
        self.project_ref().task.close();
    }
}

impl<B, T, E, M, X> HostedBody for Hosted<B, T, M, X>
where
    B: BodyCell,
    B::Body: Future<Output = Result<T, E>>,
    E: Throw<M>,
    X: AsRef<Mailbox>,
{
    fn mailbox(&self) -> &Mailbox {
        self.mailbox.as_ref()
    }
}

impl<F, T, M> Joinable<T> for SendTask<F, T, M>
where
    F: Send + 'static,
    T: Send + 'static,
    M: 'static,
{
    fn join(&self) -> &JoinState<T> {
        self.task.join()
    }

    fn address(self: Pin<Arc<Self>>) -> Option<TaskAddress> {
        Some(TaskAddress::Hosted(self))
    }
}

impl<F, T, M> Joinable<T> for LocalTask<F, T, M> {
    fn join(&self) -> &JoinState<T> {
        self.task.join()
    }

    fn address(self: Pin<Arc<Self>>) -> Option<TaskAddress> {
        Some(TaskAddress::Hosted(reference(&self.mailbox)))
    }
}

impl<F, T, M> HostedTask for SendTask<F, T, M>
where
    F: Send + 'static,
    T: Send + 'static,
    M: 'static,
{
    fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    fn home(self: Pin<Arc<Self>>) -> Pin<Arc<dyn Home>> {
        self
    }
}

impl<F, T, M> Home for SendTask<F, T, M>
where
    F: Send + 'static,
    T: Send + 'static,
{
    fn throw(&self, _: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError> {
        self.mailbox.throw(error)
    }
}
