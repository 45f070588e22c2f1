//! Models of the end of a task for loom: the signal is dropped on one thread, and waited for on another, in every order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! An end that nobody hears of is a deadlock, which loom reports.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use loom::future::block_on;
use loom::thread;

use super::Cancelling;

#[test]
fn the_end_is_heard_of() {
    loom::model(|| {
        let (signal, cancelling) = Cancelling::new();
        let task = thread::spawn(move || drop(signal));
        block_on(cancelling);
        task.join().unwrap();
    });
}

/// A waiter that was polled elsewhere before is woken by its latest waker.
#[test]
fn the_end_is_heard_of_by_who_polled_last() {
    loom::model(|| {
        let (signal, mut cancelling) = Cancelling::new();
        let task = thread::spawn(move || drop(signal));
        let _ = Pin::new(&mut cancelling).poll(&mut Context::from_waker(Waker::noop()));
        block_on(cancelling);
        task.join().unwrap();
    });
}

#[test]
fn who_waits_may_go() {
    loom::model(|| {
        let (signal, mut cancelling) = Cancelling::new();
        let task = thread::spawn(move || drop(signal));
        let _ = Pin::new(&mut cancelling).poll(&mut Context::from_waker(Waker::noop()));
        drop(cancelling);
        task.join().unwrap();
    });
}
