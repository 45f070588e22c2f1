//! Models of a pool whose children have their wakers in several blocks.

use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{three_threads, two_threads, Child, Parent, Signal};
use crate::error::ChildKey;
use crate::inject::question::Shown;
use crate::parallel::{NamesChildren, Pool};

/// Nothing asks the pools of the models.
struct NoNames;

impl NamesChildren<u8> for NoNames {
    fn group(&self) -> &'static str {
        "a pool"
    }

    fn key(&self, _: &u8, _: Shown) -> Option<ChildKey> {
        None
    }
}

/// A pool whose second child has its waker in a further allocation.
fn grown(first: Signal, second: Signal, parent: &Waker) -> (Pool<Child, (), u8>, Vec<Waker>) {
    started(|child| {
        let mut pool = Pool::new([(1, child(first))].into_iter());
        pool.insert(2, child(second));
        let polled = poll_next(&mut pool, parent);
        (pool, polled)
    })
}

/// A pool that makes all wakers when its first child needs one, in its first poll.
fn at_once(first: Signal, second: Signal, parent: &Waker) -> (Pool<Child, (), u8>, Vec<Waker>) {
    started(|child| {
        let mut pool = Pool::new([(1, child(first)), (2, child(second))].into_iter());
        let polled = poll_next(&mut pool, parent);
        (pool, polled)
    })
}

fn started(
    make: impl FnOnce(&dyn Fn(Signal) -> Child) -> (Pool<Child, (), u8>, Poll<Option<u8>>),
) -> (Pool<Child, (), u8>, Vec<Waker>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let child = |signal| Child { signals: vec![signal], waker: Some(sender.clone()) };
    let (pool, polled) = make(&child);
    assert!(polled.is_pending());
    (pool, receiver.try_iter().collect())
}

fn poll_next(pool: &mut Pool<Child, (), u8>, parent: &Waker) -> Poll<Option<u8>> {
    pool.poll_next(&mut Context::from_waker(parent), &NoNames, drop).map(|next| next.map(|(tag, _)| tag))
}

/// Both children go into one queue, and wake one parent.
#[test]
fn wakes_of_children_in_two_allocations_are_not_lost() {
    no_wake_is_lost(grown);
}

#[test]
fn wakes_of_children_whose_wakers_were_made_in_the_first_poll_are_not_lost() {
    no_wake_is_lost(at_once);
}

fn no_wake_is_lost(start: fn(Signal, Signal, &Waker) -> (Pool<Child, (), u8>, Vec<Waker>)) {
    three_threads(move || {
        let signals = [Signal::new(), Signal::new()];
        let (mut pool, wakers) = start(signals[0].clone(), signals[1].clone(), &Parent::new().1);
        let threads: Vec<_> = signals
            .into_iter()
            .zip(wakers)
            .map(|(signal, waker)| thread::spawn(move || signal.send(&waker)))
            .collect();
        let mut next = || {
            block_on(std::future::poll_fn(|cx| {
                pool.poll_next(cx, &NoNames, drop).map(|next| next.map(|(tag, _)| tag))
            }))
        };
        assert_eq!(next().zip(next()).map(|(one, other)| one + other), Some(3));
        assert_eq!(next(), None);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A poll that finds a result does not store its waker as the parent. Then the next poll must find
/// the children that were woken.
#[test]
fn a_wake_behind_a_result_that_waits_is_not_lost() {
    two_threads(|| {
        let signals = [Signal::new(), Signal::new()];
        let (mut pool, wakers) = grown(signals[0].clone(), signals[1].clone(), &Parent::new().1);
        signals[0].send(&wakers[0]);
        let (waker, signal) = (wakers[1].clone(), signals[1].clone());
        drop(wakers);
        let thread = thread::spawn(move || signal.send(&waker));
        let (parent, waker) = Parent::new();
        let first = poll_next(&mut pool, &waker);
        assert!(first.is_ready());
        let second = poll_next(&mut pool, &waker);
        thread.join().unwrap();
        assert!(second.is_ready() || parent.was_woken());
        assert!(second.is_ready() || poll_next(&mut pool, &waker).is_ready());
    });
}

/// A further allocation keeps the first one alive, whose queue it uses. The last of their wakers
/// frees both.
#[test]
fn a_wake_of_a_further_allocation_while_the_pool_is_dropped_is_harmless() {
    two_threads(|| {
        let signals = [Signal::new(), Signal::new()];
        let (pool, mut wakers) = grown(signals[0].clone(), signals[1].clone(), &Parent::new().1);
        let waker = wakers.pop().expect("two children were polled");
        drop(wakers);
        let thread = thread::spawn(move || {
            let other = waker.clone();
            waker.wake();
            drop(other);
        });
        drop(pool);
        thread.join().unwrap();
    });
}
