//! Models of the owner of a block, beside other threads, and of a group that moves between threads.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::{Arc, Mutex};
use loom::thread;

use super::{elsewhere, first, poll, started, three_threads, two_threads, Parent, Signal};
use crate::parallel::{Group, List};
use crate::Result;

/// The wakes of the owner are plain, and those of the other thread are not. Neither is lost.
#[test]
fn wakes_of_the_owner_and_of_another_thread_are_not_lost() {
    two_threads(|| {
        let signals = [Signal::new(), Signal::new(), Signal::new()];
        let children = vec![vec![signals[0].clone()], vec![signals[1].clone(), signals[2].clone()]];
        let (parent, waker) = Parent::new();
        let (mut group, wakers) = started(children, &waker);
        let (there, signal) = (wakers[1].clone(), signals[1].clone());
        let thread = thread::spawn(move || signal.send(&there));
        signals[0].send(&wakers[0]);
        signals[2].send(&wakers[1]);
        let polled = poll(&mut group, &waker);
        thread.join().unwrap();
        assert!(polled.is_ready() || parent.was_woken());
        assert!(polled.is_ready() || poll(&mut group, &waker).is_ready());
    });
}

/// A wake of another thread takes the waker of the parent that is for other threads. The poll that
/// it asks for must put it back, or the next wake would find none.
#[test]
fn a_second_wake_from_another_thread_is_not_lost() {
    two_threads(|| {
        let signals = [Signal::new(), Signal::new()];
        let children = signals.iter().map(|signal| vec![signal.clone()]).collect();
        let (group, wakers) = started(children, Waker::noop());
        let thread = thread::spawn(move || {
            signals.iter().zip(&wakers).for_each(|(signal, waker)| signal.send(waker));
        });
        assert!(block_on(group).is_ok());
        thread.join().unwrap();
    });
}

/// The owner clones and drops while another thread does. The block is freed once.
#[test]
fn references_of_the_owner_and_of_another_thread_are_counted_together() {
    two_threads(|| {
        let (group, wakers) = started(vec![vec![Signal::new()]], Waker::noop());
        let waker = first(wakers);
        let theirs = waker.clone();
        let thread = thread::spawn(move || {
            let other = theirs.clone();
            drop(theirs);
            other
        });
        let mine = waker.clone();
        drop(waker);
        drop(group);
        drop(mine);
        drop(thread.join().unwrap());
    });
}

/// The owner has no spare reference left.
#[test]
fn an_owner_that_clones_more_than_once_takes_more_references() {
    two_threads(|| {
        let (group, wakers) = started(vec![vec![Signal::new()]], Waker::noop());
        let waker = first(wakers);
        let theirs = waker.clone();
        let thread = thread::spawn(move || drop(theirs));
        let clones = [waker.clone(), waker.clone(), waker];
        drop(group);
        thread.join().unwrap();
        drop(clones);
    });
}

/// The group is dropped on another thread, while its owner drops the last waker, or has dropped it,
/// or ends.
#[test]
fn a_group_that_is_dropped_elsewhere_is_freed_once() {
    two_threads(|| {
        let (sender, receiver) = loom::sync::mpsc::channel();
        let owner = thread::spawn(move || {
            let (group, wakers) = started(vec![vec![Signal::new()]], Waker::noop());
            sender.send(group).unwrap();
            drop(wakers);
        });
        drop(receiver.recv().unwrap());
        owner.join().unwrap();
    });
}

/// As above, while a third thread drops a waker that it has cloned.
#[test]
fn a_group_that_is_dropped_elsewhere_with_wakers_everywhere_is_freed_once() {
    three_threads(|| {
        let (sender, receiver) = loom::sync::mpsc::channel();
        let owner = thread::spawn(move || {
            let (group, wakers) = started(vec![vec![Signal::new()]], Waker::noop());
            let waker = first(wakers);
            let there = waker.clone();
            let third = thread::spawn(move || drop(there.clone()));
            sender.send(group).unwrap();
            drop(waker);
            third
        });
        drop(receiver.recv().unwrap());
        owner.join().unwrap().join().unwrap();
    });
}

/// The owner settles what was left to it when it makes its next group, while another thread leaves
/// more.
#[test]
fn an_owner_settles_what_is_left_to_it_with_its_next_group() {
    two_threads(|| {
        let (group, wakers) = started(vec![vec![Signal::new()]], Waker::noop());
        let thread = thread::spawn(move || {
            drop(group);
            drop(wakers);
        });
        let next = started(vec![vec![Signal::new()]], Waker::noop());
        thread.join().unwrap();
        drop(next);
        drop(started(vec![vec![Signal::new()]], Waker::noop()));
    });
}

/// The owner has ended, and two threads drop the group and a waker.
#[test]
fn a_group_may_outlive_the_thread_of_its_owner() {
    two_threads(|| {
        let (group, waker) = elsewhere(|| {
            let (group, wakers) = started(vec![vec![Signal::new()]], Waker::noop());
            (group, first(wakers))
        });
        let thread = thread::spawn(move || {
            waker.wake_by_ref();
            drop(waker);
        });
        drop(group);
        thread.join().unwrap();
    });
}

/// A child that is woken by the waker of its last poll, as futures are.
#[derive(Clone, Default)]
struct Latest(Arc<Mutex<(bool, Option<Waker>)>>);

impl Latest {
    fn send(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        let waker = state.1.take();
        drop(state);
        waker.expect("the child was polled").wake();
    }
}

impl Future for Latest {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.0.lock().unwrap();
        if state.0 {
            return Poll::Ready(Ok(()));
        }
        state.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// The group comes to another thread, while its owner wakes one child by the old waker.
#[test]
fn a_wake_while_the_group_is_taken_over_is_not_lost() {
    two_threads(|| {
        let (sender, receiver) = loom::sync::mpsc::channel();
        let owner = thread::spawn(move || {
            let child = Latest::default();
            let mut group = Group::new([child.clone()].into_iter(), List);
            assert!(Pin::new(&mut group).poll(&mut Context::from_waker(Waker::noop())).is_pending());
            sender.send(group).unwrap();
            child.send();
        });
        assert!(block_on(receiver.recv().unwrap()).is_ok());
        owner.join().unwrap();
    });
}

/// As above, while a third thread wakes another child.
#[test]
fn two_wakes_while_the_group_is_taken_over_are_not_lost() {
    three_threads(|| {
        let children = [Latest::default(), Latest::default()];
        let (sender, receiver) = loom::sync::mpsc::channel();
        let owner = thread::spawn({
            let children = children.clone();
            move || {
                let mut group = Group::new(children.clone().into_iter(), List);
                assert!(Pin::new(&mut group).poll(&mut Context::from_waker(Waker::noop())).is_pending());
                sender.send(group).unwrap();
                children[0].send();
            }
        });
        let group = receiver.recv().unwrap();
        let other = thread::spawn(move || children[1].send());
        assert!(block_on(group).is_ok());
        owner.join().unwrap();
        other.join().unwrap();
    });
}
