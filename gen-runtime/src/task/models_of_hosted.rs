//! Loom models of the end of a task on a foreign executor: its shell on one thread, against its
//! handle on another one.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, and a result that is not dropped is a leak: loom reports both.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;

use super::hosted::start;
use super::JoinHandle;
use crate::executor::{Executor, LoopClosed, SpawnedTask};
use crate::Result;

/// Loom finds the leak of such a result.
type Counted = Arc<()>;

/// A body that is suspended in so many polls, and then ends with `result`.
async fn body(suspensions: usize, result: Counted) -> Result<Counted> {
    let mut left = suspensions;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    Ok(result)
}

/// Starts a task, whose first step suspends it. Returns the task of the executor, and the handle.
fn started(suspensions: usize) -> (SpawnedTask, JoinHandle<Counted>) {
    let taken = std::sync::Arc::new(std::sync::Mutex::new(None));
    let take = taken.clone();
    let executor = Executor::of_spawner(move |task: SpawnedTask| *take.lock().unwrap() = Some(task));
    let handle = start(executor, body(suspensions, Arc::new(())));
    let task = taken.lock().unwrap().take();
    (task.expect("it is suspended in its first step"), handle)
}

fn poll_once<F: Future + Unpin>(mut future: F) -> Poll<F::Output> {
    Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()))
}

fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

#[test]
fn the_result_reaches_the_handle() {
    model(|| {
        let (task, handle) = started(1);
        let executor = thread::spawn(move || block_on(task));
        assert!(block_on(handle).is_ok());
        executor.join().unwrap();
    });
}

/// The future that waits moves to another task while the end comes.
#[test]
fn the_end_wakes_the_latest_waker() {
    model(|| {
        let (task, mut handle) = started(1);
        let executor = thread::spawn(move || block_on(task));
        if poll_once(&mut handle).is_pending() {
            assert!(block_on(handle).is_ok());
        }
        executor.join().unwrap();
    });
}

#[test]
fn a_handle_may_go_while_the_task_ends() {
    model(|| {
        let (task, handle) = started(1);
        let executor = thread::spawn(move || block_on(task));
        drop(handle);
        executor.join().unwrap();
    });
}

/// Its waker goes with it, or the end has taken it.
#[test]
fn a_handle_that_has_waited_may_go_while_the_task_ends() {
    model(|| {
        let (task, mut handle) = started(1);
        let executor = thread::spawn(move || block_on(task));
        let _ = poll_once(&mut handle);
        drop(handle);
        executor.join().unwrap();
    });
}

#[test]
fn a_handle_learns_that_the_executor_has_dropped_the_task() {
    model(|| {
        let (task, handle) = started(1);
        let executor = thread::spawn(move || drop(task));
        assert!(block_on(handle).unwrap_err().is::<LoopClosed>());
        executor.join().unwrap();
    });
}

/// The body finds on the next thread all that it has written on the one before.
#[test]
fn a_task_moves_between_threads() {
    model(|| {
        let (task, handle) = started(2);
        let first = thread::spawn(move || {
            let mut task = task;
            let _ = poll_once(&mut task);
            task
        });
        let waits = thread::spawn(move || assert!(block_on(handle).is_ok()));
        block_on(first.join().unwrap());
        waits.join().unwrap();
    });
}

/// The requests of another thread hold the task as long as they need it.
#[test]
fn a_cancellation_against_the_end_learns_of_the_end() {
    model(|| {
        let (task, handle) = started(1);
        let executor = thread::spawn(move || block_on(task));
        block_on(handle.cancel("stop"));
        assert!(handle.is_done());
        executor.join().unwrap();
    });
}
