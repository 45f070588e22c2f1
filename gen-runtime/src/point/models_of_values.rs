//! Loom models of the value of a registration: it is taken under the lock, or without it by an
//! owner that is alone, against calls, clones and drops of callables on other threads.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`

use std::panic::Location;
use std::sync::Arc;

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::pending::Pending;
use super::registry::KeyRegistry;
use super::runner::Runner;
use super::{Callable, UnknownKeyError, Wait};
use crate::Result;

/// In all orders with at most three preemptions. All orders would take minutes.
fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(run);
}

/// A value that counts its drops.
struct Value(loom::sync::Arc<AtomicUsize>);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn registry_with_key() -> (Arc<KeyRegistry>, Callable<Value>) {
    let registry = Arc::new(KeyRegistry::new());
    let callable = Runner::new(&registry).register("k", Location::caller()).expect("the key is free");
    (registry, callable)
}

fn wait(registry: &Arc<KeyRegistry>) -> Result<Value> {
    block_on(Pending::new(Wait::<Value>::new("k"), Runner::new(registry)))
}

/// The wait gets one of the values, and the other one is dropped.
#[test]
fn a_second_call_against_the_wait_loses_no_value() {
    model(|| {
        let (registry, callable) = registry_with_key();
        let drops = loom::sync::Arc::new(AtomicUsize::new(0));
        let values = [Value(drops.clone()), Value(drops.clone())];
        let caller = thread::spawn(move || values.into_iter().for_each(|value| callable.call(value)));
        let value = wait(&registry).expect("there is one");
        caller.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        drop(value);
        assert_eq!(drops.load(Ordering::Relaxed), 2);
        assert!(registry.end().is_empty());
    });
}

/// The callable goes to another thread, and a clone of it is called: the last of the two that goes
/// frees the registration, or the wait does.
#[test]
fn clones_of_a_callable_against_the_wait_free_the_value_once() {
    model(|| {
        let (registry, callable) = registry_with_key();
        let drops = loom::sync::Arc::new(AtomicUsize::new(0));
        callable.call(Value(drops.clone()));
        let dropper = thread::spawn(move || drop(callable.clone()));
        drop(wait(&registry).expect("there is one"));
        dropper.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert!(registry.end().is_empty());
    });
}

/// Two threads take the value of a key: one of them gets it, and for the other the key is unknown.
#[test]
fn of_two_waits_on_two_threads_one_gets_the_value() {
    model(|| {
        let (registry, callable) = registry_with_key();
        let drops = loom::sync::Arc::new(AtomicUsize::new(0));
        callable.call(Value(drops.clone()));
        drop(callable);
        let other = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || wait(&registry))
        };
        let results = [wait(&registry), other.join().unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let unknown = results.iter().filter_map(|result| result.as_ref().err());
        assert!(unknown.into_iter().all(|error| error.is::<UnknownKeyError>()));
        drop(results);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

/// The end of the call against the wait for a value that is there: the value is dropped once.
#[test]
fn the_end_against_the_wait_drops_the_value_once() {
    model(|| {
        let (registry, callable) = registry_with_key();
        let drops = loom::sync::Arc::new(AtomicUsize::new(0));
        callable.call(Value(drops.clone()));
        drop(callable);
        let other = {
            let registry = Arc::clone(&registry);
            thread::spawn(move || drop(wait(&registry)))
        };
        drop(registry.end());
        other.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}
