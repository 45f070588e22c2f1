//! Loom models of a [`CallbackCall`] that has a context: an error on one thread, against the
//! waiter, the callback or the end on another, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! In each model the context is inside of another one, which takes the errors that the first does
//! not take. So no error can be lost or taken twice unseen. A lost wake is a deadlock, which loom
//! reports.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::current_context::OnDemand;
use super::{deliver_error, CallbackCall, Polled, UnhandledError};
use crate::context::{capture, Context};
use crate::error::Throw;

/// A call whose context is inside of that of another one.
struct Nested {
    outer: CallbackCall,
    inner: Arc<CallbackCall>,
    /// Throws into the inner one.
    context: Context,
}

impl Nested {
    fn new() -> Self {
        let (outer, inner) = (CallbackCall::new(), Arc::new(CallbackCall::new()));
        let context = outer.within(|| inner.within(capture));
        Nested { outer, inner, context }
    }

    /// Waits for an error, or for the drop of the callback.
    fn wait(&self) -> Result<(), String> {
        block_on(poll_fn(|cx| match self.inner.poll(cx.waker()) {
            Polled::Nothing { .. } | Polled::Done => Poll::Pending,
            Polled::Failed(error) => Poll::Ready(Err(error.to_string())),
            Polled::Abandoned => Poll::Ready(Ok(())),
        }))
    }

    /// Returns the errors that the two have taken, the inner one first, when no more can come.
    fn taken(&self) -> [Option<String>; 2] {
        [&*self.inner, &self.outer].map(|context| match context.poll(Waker::noop()) {
            Polled::Failed(error) => Some(error.to_string()),
            Polled::Nothing { .. } | Polled::Abandoned | Polled::Done => None,
        })
    }

    /// Throws an error on another thread.
    fn throw(&self, text: &'static str) -> thread::JoinHandle<()> {
        let context = self.context.clone();
        thread::spawn(move || context.throw(text))
    }
}

/// A model of two threads and a future that asks several times, in all orders with at most three
/// preemptions. All orders would take minutes.
fn two_threads(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(run);
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn an_error_wakes_the_waiter() {
    two_threads(|| {
        let nested = Nested::new();
        let thrower = nested.throw("e");
        assert_eq!(nested.wait(), Err("e".to_owned()));
        thrower.join().unwrap();
        assert_eq!(nested.taken(), [None, None]);
    });
}

#[test]
fn an_error_against_the_end_is_taken_once() {
    two_threads(|| {
        let nested = Nested::new();
        let thrower = nested.throw("e");
        let mut is_end = false;
        nested.inner.complete(|| is_end = true);
        thrower.join().unwrap();
        let expected = if is_end { [None, some("e")] } else { [some("e"), None] };
        assert_eq!(nested.taken(), expected);
    });
}

#[test]
fn an_error_against_a_waiter_that_is_dropped_goes_outward() {
    two_threads(|| {
        let nested = Nested::new();
        let thrower = nested.throw("e");
        let polled = matches!(nested.inner.poll(Waker::noop()), Polled::Failed(_));
        nested.inner.close();
        thrower.join().unwrap();
        assert_eq!(nested.taken(), [None, some("e").filter(|_| !polled)]);
    });
}

#[test]
fn two_errors_are_taken_once_each() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let nested = Nested::new();
        let throwers = ["a", "b"].map(|text| nested.throw(text));
        let first = nested.wait().unwrap_err();
        throwers.into_iter().for_each(|thrower| thrower.join().unwrap());
        let second = if first == "a" { "b" } else { "a" };
        assert_eq!(nested.taken(), [None, some(second)]);
    });
}

#[test]
fn a_drop_wakes_the_waiter() {
    two_threads(|| {
        let nested = Nested::new();
        let inner = Arc::clone(&nested.inner);
        let dropper = thread::spawn(move || inner.abandon());
        assert_eq!(nested.wait(), Ok(()));
        dropper.join().unwrap();
    });
}

#[test]
fn a_callback_that_drops_its_callables_and_fails_ends_with_its_error() {
    two_threads(|| {
        let nested = Nested::new();
        let (context, inner) = (nested.context.clone(), Arc::clone(&nested.inner));
        let caller = thread::spawn(move || {
            context.run(|| {
                inner.abandon();
                Err::<(), _>("e")
            });
        });
        assert_eq!(nested.wait(), Err("e".to_owned()));
        caller.join().unwrap();
        assert_eq!(nested.taken(), [None, None]);
    });
}

#[test]
fn a_callback_that_fails_and_is_dropped_then_ends_with_its_error() {
    two_threads(|| {
        let nested = Nested::new();
        let (context, inner) = (nested.context.clone(), Arc::clone(&nested.inner));
        let caller = thread::spawn(move || {
            context.throw("e");
            inner.abandon();
        });
        assert_eq!(nested.wait(), Err("e".to_owned()));
        caller.join().unwrap();
    });
}

#[test]
fn a_callback_that_drops_its_callables_and_ends_well_ends_with_the_drop() {
    two_threads(|| {
        let nested = Nested::new();
        let (context, inner) = (nested.context.clone(), Arc::clone(&nested.inner));
        let caller = thread::spawn(move || {
            context.run(|| {
                inner.abandon();
                Ok::<_, &str>(())
            });
        });
        assert_eq!(nested.wait(), Ok(()));
        caller.join().unwrap();
    });
}

/// The callback is called while the closure captures the context for the first time, and throws. If
/// the call is the first, the error goes outward at once.
#[test]
fn a_call_against_the_first_capture_ends_a_future_once() {
    two_threads(|| {
        let (outer, inner) = (CallbackCall::new(), Arc::new(CallbackCall::new()));
        let caller = {
            let inner = Arc::clone(&inner);
            thread::spawn(move || inner.complete(|| {}))
        };
        let context = inner.make(Some(outer.make(None)));
        deliver_error(UnhandledError::new("a callback", "e".throw()), Some(context));
        caller.join().unwrap();
        let is_outside = matches!(outer.poll(Waker::noop()), Polled::Failed(_));
        assert_eq!(matches!(inner.poll(Waker::noop()), Polled::Done), is_outside);
    });
}

/// The last callback is dropped while the closure captures the context for the first time: errors
/// reach the future, and go outward when it has ended.
#[test]
fn a_drop_against_the_first_capture_leaves_the_context_whole() {
    two_threads(|| {
        let (outer, inner) = (CallbackCall::new(), Arc::new(CallbackCall::new()));
        let dropper = {
            let inner = Arc::clone(&inner);
            thread::spawn(move || inner.abandon())
        };
        let context = inner.make(Some(outer.make(None)));
        let throw = || deliver_error(UnhandledError::new("a callback", "e".throw()), Some(context.clone()));
        throw();
        assert!(matches!(inner.poll(Waker::noop()), Polled::Failed(_)));
        dropper.join().unwrap();
        throw();
        assert!(matches!(outer.poll(Waker::noop()), Polled::Failed(_)));
    });
}
