//! The runtimes of tokio on which `#[gen::main(tokio)]` and `#[gen::test(tokio)]` run.
//!
//! There is one function for each flavor, and one for a test on it. All drivers of the runtime are
//! enabled: timers, and sockets and signals if tokio has their features.

use std::future::Future;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime, Runtime};

use crate::executor::{Executor, ForeignRoot};
use crate::testing::harness::{OnTokio, TestOptions};

/// Runs a coroutine as `#[tokio::main]` does: this thread polls it, and the workers of the runtime
/// poll what it spawns.
pub fn multi_thread<F: Future>(worker_threads: Option<usize>, coroutine: F) -> F::Output {
    workers(worker_threads).block_on(run_root(|| {}, Executor::tokio(false, None), coroutine))
}

/// Runs a coroutine, and what it spawns, on this thread. `start` is called in the runtime before
/// the first poll.
pub fn current_thread<F: Future>(start: fn(), coroutine: F) -> F::Output {
    this_thread().block_on(run_root(start, Executor::tokio(false, None), coroutine))
}

/// As `current_thread`. The coroutine may also spawn tasks that are not `Send`.
pub fn local<F: Future>(start: fn(), coroutine: F) -> F::Output {
    local_runtime().block_on(run_root(start, Executor::tokio(true, None), coroutine))
}

/// As `multi_thread`, for a test.
#[track_caller]
pub fn test_multi_thread<F: Future>(
    worker_threads: Option<usize>,
    options: TestOptions,
    coroutine: F,
    has_failed: fn(&F::Output) -> bool,
) -> F::Output {
    let (test, runtime) = (OnTokio::begin(options, false), workers(worker_threads));
    let ended = runtime.block_on(test.run(|| {}, coroutine, has_failed));
    drop(runtime);
    test.end(ended)
}

/// As `current_thread`, for a test.
#[track_caller]
pub fn test_current_thread<F: Future>(
    start: fn(),
    options: TestOptions,
    coroutine: F,
    has_failed: fn(&F::Output) -> bool,
) -> F::Output {
    let (test, runtime) = (OnTokio::begin(options, false), this_thread());
    let ended = runtime.block_on(test.run(start, coroutine, has_failed));
    drop(runtime);
    test.end(ended)
}

/// As `local`, for a test.
#[track_caller]
pub fn test_local<F: Future>(
    start: fn(),
    options: TestOptions,
    coroutine: F,
    has_failed: fn(&F::Output) -> bool,
) -> F::Output {
    let (test, runtime) = (OnTokio::begin(options, true), local_runtime());
    let ended = runtime.block_on(test.run(start, coroutine, has_failed));
    drop(runtime);
    test.end(ended)
}

/// The future that the runtime blocks on. It spawns its tasks on `executor`.
async fn run_root<F: Future>(start: fn(), executor: Executor, coroutine: F) -> F::Output {
    start();
    ForeignRoot::new(executor, coroutine).await
}

fn workers(worker_threads: Option<usize>) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    if let Some(worker_threads) = worker_threads {
        builder.worker_threads(worker_threads);
    }
    builder.enable_all().build().expect(CANNOT_BUILD)
}

fn this_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect(CANNOT_BUILD)
}

fn local_runtime() -> LocalRuntime {
    let local = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
    local.expect(CANNOT_BUILD)
}

const CANNOT_BUILD: &str = "the runtime of tokio cannot be started";
