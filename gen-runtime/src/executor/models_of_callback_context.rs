//! Models of a [`CallbackContext`] for loom: an error on one thread against the waiter, the callback or the end on another, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! In each of them the catch is within another one, which takes what the first does not: so no error can be lost or be told twice unseen. A lost wake is a
//! deadlock, which loom reports.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{CallbackContext, Polled};
use crate::context::{capture, Context};

/// A catch within another.
struct Catches {
    outer: CallbackContext,
    inner: Arc<CallbackContext>,
    /// Throws at the inner one.
    context: Context,
}

impl Catches {
    fn new() -> Self {
        let outer = CallbackContext::new();
        let entered_outer = outer.enter();
        let inner = Arc::new(CallbackContext::new());
        let entered_inner = inner.enter();
        let context = capture();
        drop(entered_inner);
        drop(entered_outer);
        Catches { outer, inner, context }
    }

    /// Waits for news.
    fn wait(&self) -> Result<(), String> {
        block_on(poll_fn(|cx| match self.inner.poll(cx.waker()) {
            Polled::Nothing => Poll::Pending,
            Polled::Failed(error) => Poll::Ready(Err(error.to_string())),
            Polled::Abandoned => Poll::Ready(Ok(())),
        }))
    }

    /// What each of the two has caught, when nothing more can come.
    fn caught(&self) -> [Option<String>; 2] {
        [&*self.inner, &self.outer].map(|catch| match catch.poll(Waker::noop()) {
            Polled::Failed(error) => Some(error.to_string()),
            Polled::Nothing | Polled::Abandoned => None,
        })
    }

    /// Throws an error on another thread.
    fn throw(&self, text: &'static str) -> thread::JoinHandle<()> {
        let context = self.context.clone();
        thread::spawn(move || context.throw(text))
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn an_error_wakes_the_waiter() {
    loom::model(|| {
        let catches = Catches::new();
        let thrower = catches.throw("e");
        assert_eq!(catches.wait(), Err("e".to_owned()));
        thrower.join().unwrap();
        assert_eq!(catches.caught(), [None, None]);
    });
}

#[test]
fn an_error_against_the_end_is_told_once() {
    loom::model(|| {
        let catches = Catches::new();
        let thrower = catches.throw("e");
        let is_end = catches.inner.end();
        thrower.join().unwrap();
        let expected = if is_end { [None, some("e")] } else { [some("e"), None] };
        assert_eq!(catches.caught(), expected);
    });
}

#[test]
fn an_error_against_a_waiter_that_goes_is_told_outward() {
    loom::model(|| {
        let catches = Catches::new();
        let thrower = catches.throw("e");
        let polled = matches!(catches.inner.poll(Waker::noop()), Polled::Failed(_));
        catches.inner.close();
        thrower.join().unwrap();
        assert_eq!(catches.caught(), [None, some("e").filter(|_| !polled)]);
    });
}

#[test]
fn of_two_errors_each_is_told_once() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let catches = Catches::new();
        let throwers = ["a", "b"].map(|text| catches.throw(text));
        let first = catches.wait().unwrap_err();
        throwers.into_iter().for_each(|thrower| thrower.join().unwrap());
        let second = if first == "a" { "b" } else { "a" };
        assert_eq!(catches.caught(), [None, some(second)]);
    });
}

#[test]
fn a_drop_wakes_the_waiter() {
    loom::model(|| {
        let catches = Catches::new();
        let inner = Arc::clone(&catches.inner);
        let dropper = thread::spawn(move || inner.abandon());
        assert_eq!(catches.wait(), Ok(()));
        dropper.join().unwrap();
    });
}

#[test]
fn a_callback_that_drops_what_it_owns_and_fails_is_told_by_its_error() {
    loom::model(|| {
        let catches = Catches::new();
        let (context, inner) = (catches.context.clone(), Arc::clone(&catches.inner));
        let caller = thread::spawn(move || {
            context.run(|| {
                inner.abandon();
                Err::<(), _>("e")
            });
        });
        assert_eq!(catches.wait(), Err("e".to_owned()));
        caller.join().unwrap();
        assert_eq!(catches.caught(), [None, None]);
    });
}

#[test]
fn a_callback_that_fails_and_is_dropped_then_is_told_by_its_error() {
    loom::model(|| {
        let catches = Catches::new();
        let (context, inner) = (catches.context.clone(), Arc::clone(&catches.inner));
        let caller = thread::spawn(move || {
            context.throw("e");
            inner.abandon();
        });
        assert_eq!(catches.wait(), Err("e".to_owned()));
        caller.join().unwrap();
    });
}

#[test]
fn a_callback_that_drops_what_it_owns_and_ends_well_is_told_by_the_drop() {
    loom::model(|| {
        let catches = Catches::new();
        let (context, inner) = (catches.context.clone(), Arc::clone(&catches.inner));
        let caller = thread::spawn(move || {
            context.run(|| {
                inner.abandon();
                Ok::<_, &str>(())
            });
        });
        assert_eq!(catches.wait(), Ok(()));
        caller.join().unwrap();
    });
}
