//! Loom models of a scope: a wake, a spawn or a request on one thread against the poll on another,
//! in every order that the memory model allows; also for a scope that has come from a third thread.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::{pending, poll_fn, ready, Future};
use std::pin::Pin;
use std::sync::mpsc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{scope, Scope, ScopeHandle};
use crate::parallel::models::{elsewhere, two_threads};
use crate::shims::{lock, Mutex};
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
    two_threads(|| {
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
    two_threads(|| {
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
    two_threads(|| {
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
    two_threads(|| {
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

type BoxedScope = Pin<Box<dyn Future<Output = Result> + Send>>;

/// Polls a scope with one child once, on a thread that then ends. Returns it with the handle.
fn begun_elsewhere<F>(child: F) -> (BoxedScope, ScopeHandle<()>)
where
    F: Future<Output = Result> + Send + 'static,
{
    elsewhere(move || {
        let (sender, receiver) = mpsc::channel();
        let mut scope: BoxedScope = Box::pin(scope(move |scope: Scope<'_>| {
            sender.send(scope.spawn(child)).unwrap();
            ready(Ok::<(), Error>(()))
        }));
        assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        (scope, receiver.recv().unwrap())
    })
}

#[test]
fn no_wake_of_a_child_is_lost_when_the_scope_moves() {
    two_threads(|| {
        let child = Arc::new(Cell::default());
        let waits = child.clone();
        let (scope, handle) = begun_elsewhere(async move { waits.wait().await });
        drop(handle);
        let thread = thread::spawn(move || child.set());
        assert!(block_on(scope).is_ok());
        thread.join().unwrap();
    });
}

#[test]
fn a_request_is_heard_when_the_scope_moves() {
    two_threads(|| {
        let (scope, child) = begun_elsewhere(pending());
        let thread = thread::spawn(move || {
            drop(child.cancel("from afar"));
            child
        });
        assert!(block_on(scope).is_ok());
        assert!(block_on(thread.join().unwrap()).unwrap_err().is::<Cancelled>());
    });
}

/// The children are dropped on another thread, while the thread that has polled them wakes one.
#[test]
fn a_wake_while_the_scope_is_dropped_elsewhere_is_harmless() {
    two_threads(|| {
        let (sender, receiver) = loom::sync::mpsc::channel();
        let owner = thread::spawn(move || {
            let child = Arc::new(Cell::default());
            let waits = child.clone();
            let mut scope: BoxedScope = Box::pin(scope(move |scope: Scope<'_>| {
                drop(scope.spawn(async move { waits.wait().await }));
                ready(Ok::<(), Error>(()))
            }));
            assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            sender.send(scope).unwrap();
            child.set();
        });
        drop(receiver.recv().unwrap());
        owner.join().unwrap();
    });
}
