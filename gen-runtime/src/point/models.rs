//! Loom models of callables: a call on one thread against a wait, a drop or the end of the
//! coroutine call on another, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use super::pending::Pending;
use super::registry::KeyRegistry;
use super::runner::Runner;
use super::{Callable, CallbackDroppedError, Forget, UnknownKeyError, Wait, WaitAll, YieldPoint};
use crate::executor::{CallbackCall, Polled};
use crate::{context, Error, Result};

/// A call of a coroutine, without the coroutine.
struct Call(Arc<KeyRegistry>);

impl Call {
    fn new() -> Self {
        Call(Arc::new(KeyRegistry::new()))
    }

    fn callable<T: Send + 'static>(&self, key: &'static str) -> Callable<T> {
        self.runner().register(key, Location::caller()).expect("the key is free")
    }

    fn runner(&self) -> Runner {
        Runner::new(&self.0)
    }

    fn pending<P: YieldPoint>(&self, point: P) -> Pending<P> {
        Pending::new(point, self.runner())
    }

    fn wait<P: YieldPoint>(&self, point: P) -> Result<P::Output> {
        block_on(self.pending(point))
    }
}

/// A model of three threads, in all orders with at most two preemptions. All orders would take
/// minutes.
pub(super) fn three_threads(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(run);
}

/// A model of two threads and a future that asks several times, in all orders with at most three
/// preemptions. All orders would take minutes.
pub(super) fn two_threads(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(run);
}

/// A value that counts its drops.
pub(super) struct Value(pub(super) loom::sync::Arc<AtomicUsize>);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_call_reaches_the_wait() {
    loom::model(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let caller = thread::spawn(move || callable.call(1_u32));
        assert_eq!(call.wait(Wait::<u32>::new("k")).unwrap(), 1);
        caller.join().unwrap();
        assert!(call.0.end().is_empty());
    });
}

#[test]
fn of_two_calls_the_wait_gets_one() {
    three_threads(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let callers = [1_u32, 2].map(|value| {
            let callable = callable.clone();
            thread::spawn(move || callable.call(value))
        });
        drop(callable);
        assert!([1, 2].contains(&call.wait(Wait::<u32>::new("k")).unwrap()));
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        assert!(call.wait(Wait::<u32>::new("k")).unwrap_err().is::<UnknownKeyError>());
    });
}

#[test]
fn all_calls_reach_a_wait_for_all() {
    three_threads(|| {
        let call = Call::new();
        let callers = ["a", "b"].map(|key| {
            let callable = call.callable(key);
            thread::spawn(move || callable.call(key))
        });
        assert_eq!(call.wait(WaitAll::<&str>::new(["a", "b"])).unwrap(), ["a", "b"]);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
    });
}

#[test]
fn a_callable_that_is_dropped_ends_the_wait() {
    two_threads(|| {
        let call = Call::new();
        let callable = call.callable::<u32>("k");
        let dropper = thread::spawn(move || drop(callable));
        assert!(call.wait(Wait::<u32>::new("k")).unwrap_err().is::<CallbackDroppedError>());
        dropper.join().unwrap();
    });
}

#[test]
fn a_call_against_the_end_drops_its_value_once() {
    loom::model(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let drops = loom::sync::Arc::new(AtomicUsize::new(0));
        let value = Value(drops.clone());
        let caller = thread::spawn(move || callable.call(value));
        assert_eq!(call.0.end().len(), 1);
        caller.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_call_against_a_dropped_wait_keeps_its_value_for_the_next() {
    loom::model(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let caller = thread::spawn(move || callable.call(1_u32));
        let mut dropped = call.pending(Wait::<u32>::new("k"));
        let first = block_on(std::future::poll_fn(|cx| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut dropped).poll(cx))
        }));
        drop(dropped);
        if first.is_pending() {
            assert_eq!(call.wait(Wait::<u32>::new("k")).unwrap(), 1);
        }
        caller.join().unwrap();
    });
}

/// A point that is ready when a flag is set, and asks about no key.
struct Flagged(loom::sync::Arc<AtomicBool>);

impl YieldPoint for Flagged {
    type Output = ();
    fn start(&mut self, _: &Runner) -> Result {
        Ok(())
    }
    fn is_ready(&mut self, _: &Runner) -> Result<bool> {
        Ok(self.0.load(Ordering::Relaxed))
    }
    fn get_result(&mut self, _: &Runner) -> Result {
        Ok(())
    }
}

#[test]
fn every_value_wakes_a_point_that_asks_about_no_key() {
    loom::model(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let flag = loom::sync::Arc::new(AtomicBool::new(false));
        let set = flag.clone();
        let caller = thread::spawn(move || {
            set.store(true, Ordering::Relaxed);
            callable.call(());
        });
        call.wait(Flagged(flag)).unwrap();
        caller.join().unwrap();
    });
}

/// A point that is never ready. A thread throws an error at it, by a clone of its runner.
struct Throws(Option<thread::JoinHandle<Result>>);

impl YieldPoint for Throws {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> Result {
        let runner = runner.clone();
        self.0 = Some(thread::spawn(move || runner.handle_exception(Error::new("thrown"))));
        Ok(())
    }
    fn is_ready(&mut self, _: &Runner) -> Result<bool> {
        Ok(false)
    }
    fn get_result(&mut self, _: &Runner) -> Result {
        Ok(())
    }
}

#[test]
fn an_error_that_is_thrown_reaches_the_point() {
    loom::model(|| {
        let call = Call::new();
        let mut pending = call.pending(Throws(None));
        assert_eq!(block_on(&mut pending).unwrap_err().to_string(), "thrown");
    });
}

/// Like [`Throws`], but the thread throws two errors, and counts those that are accepted.
struct ThrowsTwice(Option<thread::JoinHandle<usize>>);

impl YieldPoint for &mut ThrowsTwice {
    type Output = ();
    fn start(&mut self, runner: &Runner) -> Result {
        let runner = runner.clone();
        let throws = move || {
            ["one", "two"]
                .into_iter()
                .filter(|text| runner.handle_exception(Error::new(*text)).is_ok())
                .count()
        };
        self.0 = Some(thread::spawn(throws));
        Ok(())
    }
    fn is_ready(&mut self, _: &Runner) -> Result<bool> {
        Ok(false)
    }
    fn get_result(&mut self, _: &Runner) -> Result {
        Ok(())
    }
}

/// An error that is accepted after the yield has taken the first one would be lost.
#[test]
fn of_two_errors_that_are_thrown_one_is_accepted() {
    loom::model(|| {
        let call = Call::new();
        let mut throws = ThrowsTwice(None);
        assert_eq!(call.wait(&mut throws).unwrap_err().to_string(), "one");
        assert_eq!(throws.0.take().unwrap().join().unwrap(), 1);
    });
}

/// A point that waits for a key. A thread throws an error at it, as with [`Throws`].
struct WaitsAndThrows(Throws);

impl YieldPoint for WaitsAndThrows {
    type Output = u32;
    fn start(&mut self, runner: &Runner) -> Result {
        self.0.start(runner)
    }
    fn is_ready(&mut self, runner: &Runner) -> Result<bool> {
        runner.is_ready(&"k")
    }
    fn get_result(&mut self, runner: &Runner) -> Result<u32> {
        runner.pop_result(&"k")
    }
}

#[test]
fn a_call_against_an_error_that_is_thrown_loses_no_value() {
    three_threads(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let caller = thread::spawn(move || callable.call(1_u32));
        let result = call.wait(WaitsAndThrows(Throws(None)));
        // In both orders the value is there once, now or for the next wait.
        let value = result.or_else(|error| {
            assert_eq!(error.to_string(), "thrown");
            call.wait(Wait::<u32>::new("k"))
        });
        assert_eq!(value.unwrap(), 1);
        caller.join().unwrap();
        assert!(call.0.end().is_empty());
    });
}

/// A callable is dropped inside of a callback that succeeds: the drop is reported at its end.
#[test]
fn a_callable_that_a_callback_drops_ends_the_wait() {
    two_threads(|| {
        let call = Call::new();
        let callable = call.callable::<u32>("k");
        let context = context::capture();
        let dropper = thread::spawn(move || {
            context.run(|| {
                drop(callable);
                Ok::<_, &str>(())
            })
        });
        assert!(call.wait(Wait::<u32>::new("k")).unwrap_err().is::<CallbackDroppedError>());
        dropper.join().unwrap();
    });
}

/// A new callable for a key whose last callable is being dropped: it can be called.
#[test]
fn a_new_callable_against_the_drop_of_the_last() {
    loom::model(|| {
        let call = Call::new();
        let last = call.callable::<u32>("k");
        let dropper = thread::spawn(move || drop(last));
        let new = call.runner().result_callback::<u32>(&"k").unwrap();
        new.call(1);
        dropper.join().unwrap();
        assert_eq!(call.wait(Wait::<u32>::new("k")).unwrap(), 1);
    });
}

#[test]
fn a_call_against_a_key_that_is_given_up_drops_its_value_once() {
    loom::model(|| {
        let call = Call::new();
        let callable = call.callable("k");
        let drops = loom::sync::Arc::new(AtomicUsize::new(0));
        let value = Value(drops.clone());
        let caller = thread::spawn(move || callable.call(value));
        call.wait(Forget::new("k")).unwrap();
        caller.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert!(call.0.end().is_empty());
    });
}

/// A wait on one thread, the end of its key on another.
#[test]
fn a_key_that_is_given_up_ends_the_wait_for_it() {
    loom::model(|| {
        let call = Call::new();
        let _callable = call.callable::<u32>("k");
        let registry = Arc::clone(&call.0);
        let other = thread::spawn(move || block_on(Pending::new(Forget::new("k"), Runner::new(&registry))));
        let error = call.wait(Wait::<u32>::new("k")).unwrap_err();
        assert!(error.is::<UnknownKeyError>());
        other.join().unwrap().unwrap();
    });
}

/// Two threads register the same key at once: it is registered once.
#[test]
fn of_two_registrations_of_one_key_one_is_the_first() {
    loom::model(|| {
        let call = Call::new();
        let registry = Arc::clone(&call.0);
        let other =
            thread::spawn(move || Runner::new(&registry).register::<u32>("k", Location::caller()).is_ok());
        let registered = call.runner().register::<u32>("k", Location::caller()).is_ok();
        assert_ne!(registered, other.join().unwrap());
        assert_eq!(call.0.end().len(), 1);
    });
}

/// A thread that owns the callable fails, against a coroutine that catches the error and ends: the
/// key is no leak.
#[test]
fn a_key_whose_callable_goes_with_a_failure_is_no_leak() {
    loom::model(|| {
        let outer = CallbackCall::new();
        let (call, context) = (Call::new(), outer.within(context::capture));
        let callable = call.callable::<u32>("k");
        let failing = thread::spawn(move || {
            context.run(|| {
                let _callable = callable;
                Err::<(), _>("the reason")
            });
        });
        let text = block_on(std::future::poll_fn(|cx| match outer.poll(cx.waker()) {
            Polled::Failed(error) => std::task::Poll::Ready(error.to_string()),
            Polled::Nothing { .. } | Polled::Abandoned | Polled::Done => std::task::Poll::Pending,
        }));
        assert_eq!(text, "the reason");
        assert!(call.0.end().is_empty());
        failing.join().unwrap();
    });
}
