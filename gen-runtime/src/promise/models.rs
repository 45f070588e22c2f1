//! Loom models of a promise: a set, or a drop, on one thread against polls, clones and drops of
//! futures on another, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Wake, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{promise, BrokenPromiseError};

/// A model of three threads, in all orders with at most two preemptions. All orders would take
/// minutes.
fn three_threads(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(run);
}

/// Counts the drops of all its clones.
#[derive(Clone)]
struct Value(Arc<AtomicUsize>);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_set_reaches_the_future() {
    loom::model(|| {
        let (promise, future) = promise();
        let setter = thread::spawn(move || promise.set(7).unwrap());
        assert_eq!(block_on(future).unwrap(), 7);
        setter.join().unwrap();
    });
}

#[test]
fn a_dropped_promise_reaches_the_future() {
    loom::model(|| {
        let (promise, future) = promise::<u32>();
        let dropper = thread::spawn(move || drop(promise));
        assert!(block_on(future).unwrap_err().is::<BrokenPromiseError>());
        dropper.join().unwrap();
    });
}

#[test]
fn of_two_sets_one_is_the_first() {
    three_threads(|| {
        let (promise, future) = promise();
        let promise = Arc::new(promise);
        let setters = [1, 2].map(|value| {
            let promise = promise.clone();
            thread::spawn(move || promise.set(value).is_ok().then_some(value))
        });
        drop(promise);
        let seen = block_on(future).unwrap();
        let first: Vec<_> = setters.into_iter().filter_map(|setter| setter.join().unwrap()).collect();
        assert_eq!(first, [seen]);
    });
}

#[test]
fn a_set_reaches_two_that_wait_on_two_threads() {
    three_threads(|| {
        let (promise, future) = promise();
        let other = future.clone();
        let waiter = thread::spawn(move || block_on(other).unwrap());
        let setter = thread::spawn(move || promise.set(7).unwrap());
        assert_eq!(block_on(future).unwrap(), 7);
        assert_eq!(waiter.join().unwrap(), 7);
        setter.join().unwrap();
    });
}

/// A waker that only counts.
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The future moves to another task while the promise is set: either the new task is woken, or its
/// poll has seen the result.
#[test]
fn a_set_while_the_waker_changes_is_not_lost() {
    loom::model(|| {
        let (promise, mut future) = promise();
        let counter = || std::sync::Arc::new(Counter(AtomicUsize::new(0)));
        let (before, now) = (counter(), counter());
        let mut poll = |waker: Waker| Pin::new(&mut future).poll(&mut Context::from_waker(&waker));
        assert!(poll(before.into()).is_pending());
        let setter = thread::spawn(move || promise.set(7).unwrap());
        let polled = poll(now.clone().into());
        setter.join().unwrap();
        assert!(polled.is_ready() || now.0.load(Ordering::Relaxed) == 1);
    });
}

#[test]
fn a_set_against_the_drop_of_the_last_future_drops_the_value_once() {
    loom::model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (promise, future) = promise();
        let value = Value(drops.clone());
        let setter = thread::spawn(move || {
            promise.set(value).unwrap();
            promise
        });
        drop(future);
        // The promise lives on, the value does not.
        let promise = setter.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        drop(promise);
    });
}

#[test]
fn clones_that_go_on_two_threads_drop_the_value_once() {
    three_threads(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (promise, future) = promise();
        let setter = {
            let value = Value(drops.clone());
            thread::spawn(move || promise.set(value).unwrap())
        };
        let cloner = {
            let other = future.clone();
            thread::spawn(move || drop(other.clone()))
        };
        drop(future);
        setter.join().unwrap();
        cloner.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

/// A value that two threads must not clone at once, because each clone writes to it.
struct NotSync(loom::cell::UnsafeCell<u32>);

impl Clone for NotSync {
    fn clone(&self) -> Self {
        let clones = self.0.with_mut(|clones| {
            // SAFETY: loom fails where another thread has the cell at the same time.
            unsafe {
                *clones += 1;
                *clones
            }
        });
        NotSync(loom::cell::UnsafeCell::new(clones))
    }
}

/// The number of times that a value had been cloned when this clone of it was made.
fn clones(value: NotSync) -> u32 {
    value.0.into_inner()
}

/// The value need not be `Sync`: if two threads read it, one waits for the other.
#[test]
fn clones_are_made_by_one_thread_at_a_time() {
    three_threads(|| {
        let (promise, future) = promise();
        let readers = [future.clone(), future.clone()]
            .map(|reader| thread::spawn(move || clones(block_on(reader).unwrap())));
        promise.set(NotSync(loom::cell::UnsafeCell::new(0))).unwrap();
        let mut seen = readers.map(|reader| reader.join().unwrap());
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
        assert_eq!(clones(block_on(future).unwrap()), 3);
    });
}

/// The only reader does not wait for a turn, although another reader had the turn just before.
#[test]
fn a_reader_that_is_the_last_sees_what_the_others_did() {
    loom::model(|| {
        let (promise, future) = promise();
        promise.set(NotSync(loom::cell::UnsafeCell::new(0))).unwrap();
        let other = future.clone();
        let reader = thread::spawn(move || clones(block_on(other).unwrap()));
        let seen = clones(block_on(future).unwrap());
        assert_eq!(reader.join().unwrap() + seen, 3);
    });
}
