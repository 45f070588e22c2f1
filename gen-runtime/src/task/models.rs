//! Loom models of the end of a task, in every order that the memory model allows: its result
//! against the handle, and the signal of its end against the future that waits for it.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::{poll_fn, Future};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;

use super::join::{JoinState, NoResult};
use super::{CancelCompletion, CancelTarget, CutShort};
use crate::error::CancelSource;
use crate::inject::{Cancellation, EndSender, EndSenders};

impl CancelCompletion {
    /// For a target that ends only by the drop of the signal.
    pub(crate) fn of_nobody() -> (EndSender, Self) {
        let request = Cancellation::new(CancelSource::Explicit, "stop", Location::caller());
        CancelCompletion::new(&request, CancelTarget::Child(std::sync::Arc::new(NoScope), 0))
    }
}

struct NoScope;

impl CutShort for NoScope {
    fn cut_short(&self, _: u64, _: Duration, _: Cancellation) {}
}

#[test]
fn the_end_wakes_the_future_that_waits() {
    loom::model(|| {
        let (signal, completion) = CancelCompletion::of_nobody();
        let task = thread::spawn(move || drop(signal));
        block_on(completion);
        task.join().unwrap();
    });
}

/// A future that was polled elsewhere before is woken by its latest waker.
#[test]
fn the_end_wakes_the_latest_waker() {
    loom::model(|| {
        let (signal, mut completion) = CancelCompletion::of_nobody();
        let task = thread::spawn(move || drop(signal));
        let _ = Pin::new(&mut completion).poll(&mut Context::from_waker(Waker::noop()));
        block_on(completion);
        task.join().unwrap();
    });
}

#[test]
fn a_future_that_waits_may_be_dropped() {
    loom::model(|| {
        let (signal, mut completion) = CancelCompletion::of_nobody();
        let task = thread::spawn(move || drop(signal));
        let _ = Pin::new(&mut completion).poll(&mut Context::from_waker(Waker::noop()));
        drop(completion);
        task.join().unwrap();
    });
}

/// A signal that is removed while its future is dropped wakes nothing. Signals that are waited for
/// are kept.
#[test]
fn a_dropped_future_against_the_next_request() {
    loom::model(|| {
        let (mut signals, mut waiting) = (EndSenders::default(), Vec::new());
        for _ in 0..8 {
            let (signal, completion) = CancelCompletion::of_nobody();
            signals.push(signal);
            waiting.push(completion);
        }
        let mut goes = waiting.remove(0);
        let _ = Pin::new(&mut goes).poll(&mut Context::from_waker(Waker::noop()));
        let leaves = thread::spawn(move || drop(goes));
        let (signal, completion) = CancelCompletion::of_nobody();
        signals.push(signal);
        waiting.push(completion);
        leaves.join().unwrap();
        drop(signals);
        waiting.into_iter().for_each(block_on);
    });
}

/// A handle, and the task that ends with a 7 on another thread.
fn joined(with: impl Fn(&JoinState<u32>) + Send + Sync + 'static) {
    loom::model(move || {
        let join = Arc::new(JoinState::new());
        let task = {
            let join = join.clone();
            thread::spawn(move || assert!(join.finish(Ok(7)).is_ok(), "the handle is there"))
        };
        with(&join);
        task.join().unwrap();
    });
}

fn wait(join: &JoinState<u32>) -> u32 {
    let polled = block_on(poll_fn(|cx| join.poll(cx.waker())));
    polled.expect("the task ends").expect("it ended well")
}

#[test]
fn a_result_reaches_the_handle() {
    joined(|join| assert_eq!(wait(join), 7));
}

#[test]
fn a_result_reaches_a_handle_that_was_polled_elsewhere_before() {
    joined(|join| match join.poll(Waker::noop()) {
        Poll::Ready(Ok(result)) => assert_eq!(result.ok(), Some(7)),
        Poll::Ready(Err(missing)) => panic!("{missing:?}"),
        Poll::Pending => assert_eq!(wait(join), 7),
    });
}

/// An unread error would be reported twice, or not at all.
#[test]
fn a_result_against_the_drop_of_the_handle_is_reported_once() {
    loom::model(|| {
        let join = Arc::new(JoinState::new());
        let task = {
            let join = join.clone();
            thread::spawn(move || join.finish(Ok(7)).is_err())
        };
        let by_the_handle = join.detach().is_some();
        let by_the_task = task.join().unwrap();
        assert_ne!(by_the_handle, by_the_task);
    });
}

/// The loop is dropped while another thread waits for its task.
#[test]
fn the_end_of_the_loop_reaches_the_handle() {
    loom::model(|| {
        let join = Arc::new(JoinState::<u32>::new());
        let closer = {
            let join = join.clone();
            thread::spawn(move || join.close())
        };
        let polled = block_on(poll_fn(|cx| join.poll(cx.waker())));
        assert_eq!(polled.err(), Some(NoResult::Closed));
        closer.join().unwrap();
    });
}
