//! Loom models of an [`Exclusive`]: no order of polls, drops and ends on two threads uses its value
//! twice at once, or unseen.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::cell::BodyCell;
use super::exclusive::Exclusive;
use crate::shims::UnsafeCell;

/// Counts its polls in a cell that loom watches, and its drop.
struct Body {
    polls: UnsafeCell<usize>,
    drops: Arc<AtomicUsize>,
}

impl Future for Body {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
        self.polls.with_mut(|polls| {
            // SAFETY: loom panics if another thread uses the cell, or may not see its last use.
            let polls = unsafe { &mut *polls };
            *polls += 1;
            Poll::Ready(*polls)
        })
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // SAFETY: as in `poll`.
        self.polls.with_mut(|polls| unsafe { *polls = 0 });
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

type Cell = Pin<Arc<Exclusive<Body>>>;

/// Calls `run` with a cell, and with the counter of the drops of its value.
fn model(run: impl Fn(Cell, &AtomicUsize) + Send + Sync + 'static) {
    loom::model(move || {
        let drops = Arc::new(AtomicUsize::new(0));
        let body = Body { polls: UnsafeCell::new(0), drops: drops.clone() };
        run(Arc::pin(Exclusive::new(body)), &drops);
        assert_eq!(drops.load(Ordering::Relaxed), 1, "dropped once");
    });
}

/// Returns the number of polls so far; `None` if the value is in use or was dropped.
fn poll(cell: &Cell) -> Option<usize> {
    cell.as_ref().poll(&mut Context::from_waker(Waker::noop())).map(|polled| match polled {
        Poll::Ready(polls) => polls,
        Poll::Pending => unreachable!("it is always ready"),
    })
}

#[test]
fn two_threads_never_poll_at_once() {
    model(|cell, _| {
        let other = {
            let cell = cell.clone();
            thread::spawn(move || poll(&cell))
        };
        let polled = [poll(&cell), other.join().unwrap()];
        assert!(matches!(polled, [Some(1), None | Some(2)] | [None | Some(2), Some(1)]), "{polled:?}");
    });
}

#[test]
fn a_poll_on_another_thread_sees_the_one_before() {
    model(|cell, _| {
        let other = {
            let cell = cell.clone();
            thread::spawn(move || {
                while poll(&cell).is_none() {
                    thread::yield_now();
                }
            })
        };
        while poll(&cell).is_none() {
            thread::yield_now();
        }
        other.join().unwrap();
        assert_eq!(poll(&cell), Some(3));
    });
}

#[test]
fn a_poll_against_the_drop_of_the_value_finds_it_or_does_not() {
    model(|cell, drops| {
        let other = {
            let cell = cell.clone();
            thread::spawn(move || poll(&cell))
        };
        cell.as_ref().clear();
        // A value that was in use stays until the cell is dropped.
        let polled = other.join().unwrap();
        assert!(polled == Some(1) || drops.load(Ordering::Relaxed) == 1);
        drop(cell);
    });
}

#[test]
fn a_value_that_two_threads_drop_is_dropped_once() {
    model(|cell, _| {
        let other = {
            let cell = cell.clone();
            thread::spawn(move || cell.as_ref().clear())
        };
        cell.as_ref().clear();
        other.join().unwrap();
    });
}
