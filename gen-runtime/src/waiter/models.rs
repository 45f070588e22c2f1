//! Models of the cell for loom: a value on one thread against polls and drops on another, in every
//! order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A wake that is lost is a deadlock, which loom reports.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::{Context, Wake, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{oneshot, Missing, WaiterCell};

/// A cell, and a thread that runs `other`.
fn against(
    other: impl Fn(&WaiterCell<u32>) + Clone + Send + Sync + 'static,
    with: impl Fn(&WaiterCell<u32>) + Send + Sync + 'static,
) {
    loom::model(move || {
        let cell = Arc::new(WaiterCell::default());
        let (theirs, other) = (cell.clone(), other.clone());
        let thread = thread::spawn(move || other(&theirs));
        with(&cell);
        thread.join().unwrap();
    });
}

fn put(cell: &WaiterCell<u32>) {
    assert_eq!(cell.put(7), Ok(()));
}

fn read(cell: &WaiterCell<u32>) -> u32 {
    block_on(poll_fn(|cx| cell.poll(cx.waker(), |value| *value)))
}

#[test]
fn a_value_reaches_the_poll() {
    against(put, |cell| assert_eq!(read(cell), 7));
}

#[test]
fn a_value_reaches_the_latest_waker() {
    against(put, |cell| {
        let _ = cell.poll(Waker::noop(), |value| *value);
        assert_eq!(read(cell), 7);
    });
}

/// The future moves to another task while the value comes.
#[test]
fn a_value_reaches_a_poll_by_another_waker_after_one_was_forgotten() {
    against(put, |cell| {
        let _ = cell.poll(Waker::noop(), |value| *value);
        cell.forget();
        assert_eq!(read(cell), 7);
    });
}

#[test]
fn a_value_that_replaces_reaches_the_poll() {
    against(|cell| cell.replace(7).wake(), |cell| assert_eq!(read(cell), 7));
}

#[test]
fn of_two_values_one_is_the_first() {
    loom::model(|| {
        let cell = Arc::new(WaiterCell::default());
        let theirs = cell.clone();
        let thread = thread::spawn(move || theirs.put(1));
        let ours = cell.put(2);
        let first = read(&cell);
        assert_eq!(ours, if first == 2 { Ok(()) } else { Err(2) });
        assert_eq!(thread.join().unwrap(), if first == 1 { Ok(()) } else { Err(1) });
    });
}

/// A waker that reads the cell that wakes it.
struct Reads(std::sync::Arc<WaiterCell<u32>>, AtomicUsize);

impl Wake for Reads {
    fn wake(self: std::sync::Arc<Self>) {
        assert!(!self.0.is_empty());
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

/// The value is there when the waker runs, and the lock is free. Each waiter is woken once.
#[test]
fn a_waker_may_look_at_the_cell() {
    loom::model(|| {
        let cell = std::sync::Arc::new(WaiterCell::default());
        let waker = std::sync::Arc::new(Reads(cell.clone(), AtomicUsize::new(0)));
        let theirs = cell.clone();
        let thread = thread::spawn(move || put(&theirs));
        let polled = cell.poll(&Waker::from(waker.clone()), |value| *value);
        thread.join().unwrap();
        assert_eq!(waker.1.load(Ordering::Relaxed), usize::from(polled.is_pending()));
    });
}

#[test]
fn what_is_sent_is_received_once() {
    loom::model(|| {
        let (sender, mut receiver) = oneshot();
        let thread = thread::spawn(move || sender.send(7));
        assert_eq!(block_on(&mut receiver), Ok(7));
        assert_eq!(block_on(&mut receiver), Err(Missing::Taken));
        thread.join().unwrap();
    });
}

#[test]
fn a_sender_that_is_dropped_ends_the_wait() {
    loom::model(|| {
        let (sender, receiver) = oneshot::<u32>();
        let thread = thread::spawn(move || drop(sender));
        assert_eq!(block_on(receiver), Err(Missing::NeverSent));
        thread.join().unwrap();
    });
}

/// The waker of a receiver that is dropped is dropped with it, or was taken to be woken.
#[test]
fn a_receiver_may_go() {
    loom::model(|| {
        let cell = std::sync::Arc::new(WaiterCell::default());
        let waker = std::sync::Arc::new(Reads(cell, AtomicUsize::new(0)));
        assert_eq!(waker.0.put(1), Ok(()));
        let (sender, mut receiver) = oneshot();
        let _ = Pin::new(&mut receiver).poll(&mut Context::from_waker(&waker.clone().into()));
        let thread = thread::spawn(move || sender.send(7));
        drop(receiver);
        thread.join().unwrap();
        assert_eq!(std::sync::Arc::strong_count(&waker), 1);
    });
}
