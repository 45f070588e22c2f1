//! Loom models of a task of a loop whose handle is on another thread: against the end of the task,
//! and against the end of the loop, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports, as it does a task that is freed twice or never,
//! and a cell that two threads use at once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;

use crate::{IoLoop, JoinHandle, LoopClosed, Result};

/// A task that ends in the second turn, and its result, which counts its owners.
fn ending(io_loop: &IoLoop, result: &Arc<()>) -> JoinHandle<Arc<()>> {
    let result = Arc::clone(result);
    io_loop.spawn_local(async move {
        crate::moment().await?;
        Ok::<_, crate::Error>(result)
    })
}

/// Runs the loop until the task has ended, while another thread has its handle. Then the loop is
/// dropped.
fn against_the_end(other: fn(JoinHandle<Arc<()>>)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let result = Arc::new(());
        let io_loop = IoLoop::new();
        let handle = ending(&io_loop, &result);
        let thread = thread::spawn(move || other(handle));
        io_loop.block_on(async {
            for _ in 0..2 {
                crate::moment().await.expect("the loop runs");
            }
        });
        drop(io_loop);
        thread.join().unwrap();
        assert_eq!(Arc::strong_count(&result), 1, "the result was dropped");
    });
}

/// Drops a loop whose task is suspended, while another thread has its handle.
fn against_the_close(other: fn(JoinHandle<Arc<()>>)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let result = Arc::new(());
        let io_loop = IoLoop::new();
        let handle = ending(&io_loop, &result);
        let thread = thread::spawn(move || other(handle));
        drop(io_loop);
        thread.join().unwrap();
        assert_eq!(Arc::strong_count(&result), 1, "the body was dropped");
    });
}

fn poll_once(handle: &mut JoinHandle<Arc<()>>) -> Poll<Result<Arc<()>>> {
    Pin::new(handle).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_end_reaches_a_handle_on_another_thread() {
    against_the_end(|handle| drop(block_on(handle).expect("the task ends well")));
}

#[test]
fn the_end_reaches_a_handle_that_was_polled_by_another_waker_before() {
    against_the_end(|mut handle| {
        if poll_once(&mut handle).is_pending() {
            drop(block_on(handle).expect("the task ends well"));
        }
    });
}

#[test]
fn the_end_against_the_drop_of_a_handle_on_another_thread() {
    against_the_end(drop);
}

#[test]
fn the_end_against_the_drop_of_a_handle_that_was_polled_on_another_thread() {
    against_the_end(|mut handle| drop(poll_once(&mut handle)));
}

#[test]
fn the_close_reaches_a_handle_on_another_thread() {
    against_the_close(|handle| assert!(block_on(handle).unwrap_err().is::<LoopClosed>()));
}

#[test]
fn the_close_against_the_drop_of_a_handle_on_another_thread() {
    against_the_close(drop);
}

#[test]
fn the_close_against_the_drop_of_a_handle_that_was_polled_on_another_thread() {
    against_the_close(|mut handle| drop(poll_once(&mut handle)));
}

/// The handle waits on the thread of the task first, and then elsewhere.
#[test]
fn the_end_reaches_a_handle_that_was_polled_here_before() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let io_loop = IoLoop::new();
        let mut handle = ending(&io_loop, &Arc::new(()));
        assert!(poll_once(&mut handle).is_pending());
        let thread = thread::spawn(move || drop(block_on(handle).expect("the task ends well")));
        io_loop.block_on(async {
            for _ in 0..2 {
                crate::moment().await.expect("the loop runs");
            }
        });
        drop(io_loop);
        thread.join().unwrap();
    });
}
