//! A task that another thread sends to a loop.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;

use pin_project_lite::pin_project;

use super::body::{Joinable, Task};
use super::exclusive::Exclusive;
use super::join::JoinState;
use super::JoinHandle;
use crate::error::{Error, Throw};
use crate::executor::requests::TaskAddress;
use crate::executor::{Runnable, Shared, Starting};
use crate::inject::in_flight::Thrown;
use crate::inject::question::AboutTask;

pin_project! {
    /// The loop polls it on one thread, but any thread may drop it before.
    struct Sent<F, T, M> {
        #[pin]
        task: Task<Exclusive<F>, T, M>,
        starting: Arc<Starting>,
    }
}

/// Sends a task to a loop, which begins it in its next turn.
#[track_caller]
pub(crate) fn send<F, T, E, M>(home: &Arc<Shared>, body: F) -> JoinHandle<T>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Throw<M>,
    M: 'static,
{
    let starting = Starting::new(Arc::clone(home));
    let task = Task::new(Exclusive::new(body));
    let task: Pin<Arc<Sent<F, T, M>>> = Arc::pin(Sent { task, starting: Arc::clone(&starting) });
    starting.send(task.clone());
    JoinHandle::sent(task)
}

impl<F, T, E, M> Runnable for Sent<F, T, M>
where
    F: Future<Output = Result<T, E>>,
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

    fn about(&self) -> AboutTask {
        self.task.about()
    }
}

impl<F, T, M> Joinable<T> for Sent<F, T, M> {
    fn join(&self) -> &JoinState<T> {
        self.task.join()
    }

    fn address(self: Pin<Arc<Self>>) -> TaskAddress {
        match self.starting.id() {
            Some(id) => TaskAddress::OnLoop(id),
            None => TaskAddress::Starting(Arc::clone(&self.starting)),
        }
    }
}
