//! Loom models of [`from_callback`]: its callback is called, or dropped, or fails on one thread,
//! against the wait for its future, or the drop of that future, on another, in every order that the
//! memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::models::{three_threads, two_threads, Value};
use super::{from_callback, CallbackDroppedError, Resolve};
use crate::context;
use crate::executor::{CallbackCall, Polled};

#[test]
fn a_future_gets_the_first_of_two_calls() {
    three_threads(|| {
        let future = from_callback(|done| {
            for value in [1, 2] {
                let done = done.clone();
                thread::spawn(move || done.call(value));
            }
        });
        assert!([1, 2].contains(&block_on(future).unwrap()));
    });
}

#[test]
fn a_future_whose_callback_is_dropped_ends() {
    two_threads(|| {
        let future = from_callback(|done: Resolve<()>| {
            thread::spawn(move || drop(done));
        });
        assert!(block_on(future).unwrap_err().is::<CallbackDroppedError>());
    });
}

/// A thread that owns the callback fails: in each order of drop, error and poll, the yield gets the
/// error.
#[test]
fn a_future_whose_callback_is_dropped_by_a_failure_gets_the_error() {
    two_threads(|| {
        let future = from_callback(|done: Resolve<()>| {
            let context = context::capture();
            thread::spawn(move || {
                context.run(|| {
                    drop(done);
                    Err::<(), _>("the reason")
                })
            });
        });
        assert_eq!(block_on(future).unwrap_err().to_string(), "the reason");
    });
}

/// A thread calls the callback, and fails, against a wait on another thread. The call was first, so
/// it wins, and the error goes outward.
#[test]
fn a_future_that_is_called_back_before_a_failure_gets_the_value() {
    two_threads(|| {
        let outer = CallbackCall::new();
        let mut caller = None;
        let future = outer.within(|| {
            from_callback(|done| {
                let context = context::capture();
                caller = Some(thread::spawn(move || {
                    context.run(|| {
                        done.call(1);
                        Err::<(), _>("late")
                    });
                }));
            })
        });
        assert_eq!(block_on(future).unwrap(), 1);
        caller.unwrap().join().unwrap();
        assert!(matches!(outer.poll(Waker::noop()), Polled::Failed(_)));
    });
}

/// An error against a call, on two threads: one of them ends the future. If the call does, the
/// error is not lost.
#[test]
fn a_call_against_an_error_ends_a_future_once() {
    three_threads(|| {
        let outer = CallbackCall::new();
        let mut threads = Vec::new();
        let future = outer.within(|| {
            from_callback(|done| {
                let context = context::capture();
                threads.push(thread::spawn(move || done.call(1)));
                threads.push(thread::spawn(move || context.throw("e")));
            })
        });
        let result = block_on(future);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let is_outside = matches!(outer.poll(Waker::noop()), Polled::Failed(_));
        assert_eq!(result.is_ok(), is_outside);
    });
}

/// The future is dropped while its callback is called: the value is dropped once.
#[test]
fn a_call_against_the_drop_of_a_future_drops_its_value_once() {
    two_threads(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let value = Value(drops.clone());
        let mut caller = None;
        let mut future = from_callback(|done| caller = Some(thread::spawn(move || done.call(value))));
        let mut cx = Context::from_waker(Waker::noop());
        drop(Pin::new(&mut future).poll(&mut cx));
        drop(future);
        caller.unwrap().join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

/// The future moves to another task while its callback is called: either the new task is woken, or
/// its poll has seen the value.
#[test]
fn a_call_while_the_waker_changes_is_not_lost() {
    two_threads(|| {
        let mut caller = None;
        let mut future = from_callback(|done| caller = Some(thread::spawn(move || done.call(1))));
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(&mut future).poll(&mut cx) {
            Poll::Ready(value) => assert_eq!(value.unwrap(), 1),
            Poll::Pending => assert_eq!(block_on(future).unwrap(), 1),
        }
        caller.unwrap().join().unwrap();
    });
}

/// The future is dropped while its callback fails elsewhere: in both orders the error goes outward.
#[test]
fn an_error_against_the_drop_of_a_future_goes_outward() {
    two_threads(|| {
        let outer = CallbackCall::new();
        let mut thrower = None;
        let future = outer.within(|| {
            from_callback(|_done: Resolve<()>| {
                let context = context::capture();
                thrower = Some(thread::spawn(move || context.throw("e")));
            })
        });
        drop(future);
        thrower.unwrap().join().unwrap();
        assert!(matches!(outer.poll(Waker::noop()), Polled::Failed(_)));
    });
}
