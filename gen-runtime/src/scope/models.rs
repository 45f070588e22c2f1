//! Loom models of a scope: a wake, a spawn or a request on one thread against the poll on another,
//! in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::{pending, poll_fn, ready};
use std::sync::Arc;
use std::task::{Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{scope, Scope};
use crate::sync::{lock, Mutex};
use crate::{Cancelled, Error, Result};

/// A flag that a thread sets, and the waker of the future that waits for it.
#[derive(Default)]
struct Cell {
    state: Mutex<(bool, Option<Waker>)>,
}

impl Cell {
    fn set(&self) {
        let waker = {
            let mut state = lock(&self.state);
            state.0 = true;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    async fn wait(&self) -> Result {
        poll_fn(|cx| {
            let mut state = lock(&self.state);
            if state.0 {
                return Poll::Ready(Ok(()));
            }
            state.1 = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

#[test]
fn no_wake_of_the_body_is_lost() {
    loom::model(|| {
        let body = Arc::new(Cell::default());
        let sets = body.clone();
        let thread = thread::spawn(move || sets.set());
        let ended = block_on(scope(|_: Scope<'_>| body.wait()));
        assert!(ended.is_ok());
        thread.join().unwrap();
    });
}

#[test]
fn no_wake_of_a_child_is_lost() {
    loom::model(|| {
        let child = Arc::new(Cell::default());
        let sets = child.clone();
        let thread = thread::spawn(move || sets.set());
        let ended = block_on(scope(|scope: Scope<'_>| {
            drop(scope.spawn(child.wait()));
            ready(Ok::<(), Error>(()))
        }));
        assert!(ended.is_ok());
        thread.join().unwrap();
    });
}

#[test]
fn a_request_from_another_thread_is_heard() {
    loom::model(|| {
        let mut thread = None;
        let ended = block_on(scope(|scope: Scope<'_>| {
            let child = scope.spawn(pending::<Result>());
            thread = Some(thread::spawn(move || {
                drop(child.cancel("from afar"));
                child
            }));
            ready(Ok::<(), Error>(()))
        }));
        assert!(ended.is_ok());
        let child = thread.take().unwrap().join().unwrap();
        assert!(block_on(child).unwrap_err().is::<Cancelled>());
    });
}

/// A child that is spawned at the end of the scope is either run or dropped; its handle knows
/// which.
#[test]
fn a_child_from_another_thread_is_run_or_dropped() {
    loom::model(|| {
        let mut thread = None;
        let ended = block_on(scope(|scope: Scope<'static>| {
            thread = Some(thread::spawn(move || scope.spawn(ready(Ok::<u8, Error>(7)))));
            ready(Ok::<(), Error>(()))
        }));
        assert!(ended.is_ok());
        let child = thread.take().unwrap().join().unwrap();
        assert!(child.is_done());
        drop(block_on(child));
    });
}
