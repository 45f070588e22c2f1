//! The runtimes of tokio on which `#[gen::main(tokio)]` and `#[gen::test(tokio)]` run.
//!
//! There is one function for each flavor. All drivers of the runtime are enabled: timers, and
//! sockets and signals if tokio has their features.

use std::future::Future;

use tokio::runtime::{Builder, LocalOptions};

use crate::executor::{Executor, ForeignRoot};

/// Runs a coroutine as `#[tokio::main]` does: this thread polls it, and the workers of the runtime
/// poll what it spawns.
pub fn multi_thread<F: Future>(worker_threads: Option<usize>, coroutine: F) -> F::Output {
    let mut builder = Builder::new_multi_thread();
    if let Some(worker_threads) = worker_threads {
        builder.worker_threads(worker_threads);
    }
    let runtime = builder.enable_all().build().expect(CANNOT_BUILD);
    runtime.block_on(run_root(|| {}, Executor::tokio(false, None), coroutine))
}

/// Runs a coroutine, and what it spawns, on this thread. `start` is called in the runtime before
/// the first poll.
pub fn current_thread<F: Future>(start: fn(), coroutine: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_all().build().expect(CANNOT_BUILD);
    runtime.block_on(run_root(start, Executor::tokio(false, None), coroutine))
}

/// As `current_thread`. The coroutine may also spawn tasks that are not `Send`.
pub fn local<F: Future>(start: fn(), coroutine: F) -> F::Output {
    let local = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    let runtime = local.expect(CANNOT_BUILD);
    runtime.block_on(run_root(start, Executor::tokio(true, None), coroutine))
}

/// The future that the runtime blocks on. It spawns its tasks on `executor`.
async fn run_root<F: Future>(start: fn(), executor: Executor, coroutine: F) -> F::Output {
    start();
    ForeignRoot::new(executor, coroutine).await
}

const CANNOT_BUILD: &str = "the runtime of tokio cannot be started";
