//! [`Spawner`]: an executor that a user hands over.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::hosted_task::AnyThread;
use super::shell::Shell;
use crate::opaque::opaque_debug;

/// An executor that takes tasks: see [`with_spawner`](crate::with_spawner).
///
/// A closure that takes a [`SpawnedTask`] is one. With the feature `smol`, so is an
/// `async_executor::Executor` (which is `smol::Executor`) in a `static` or an `Arc`.
pub trait Spawner: Send + Sync + 'static {
    /// Runs the task to its end, and does not wait for it.
    ///
    /// The executor must poll the task at least once, even if nothing has woken it. If it drops the
    /// task before its end, the [`JoinHandle`](crate::JoinHandle) gives
    /// [`LoopClosed`](crate::LoopClosed).
    fn spawn(&self, task: SpawnedTask);
}

impl<F: Fn(SpawnedTask) + Send + Sync + 'static> Spawner for F {
    fn spawn(&self, task: SpawnedTask) {
        self(task);
    }
}

#[cfg(all(feature = "smol", not(loom)))]
mod of_smol {
    use std::sync::Arc;

    use async_executor::Executor;

    use super::{SpawnedTask, Spawner};

    impl Spawner for &'static Executor<'static> {
        fn spawn(&self, task: SpawnedTask) {
            Executor::spawn(self, task).detach();
        }
    }

    impl Spawner for Arc<Executor<'static>> {
        fn spawn(&self, task: SpawnedTask) {
            Executor::spawn(self, task).detach();
        }
    }
}

/// A task that a [`Spawner`] runs: a future without an output. Its poll never panics.
#[must_use = "a task that is dropped does not run"]
pub struct SpawnedTask(Shell<AnyThread>);

impl SpawnedTask {
    pub(super) fn new(shell: Shell<AnyThread>) -> Self {
        SpawnedTask(shell)
    }
}

impl Future for SpawnedTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

opaque_debug!([] SpawnedTask);
