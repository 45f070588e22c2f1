//! Loom models of the engine: a group on one thread, and wakes of its children on others, in every
//! order that the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! The children pass on their wakers before the threads start. Their flags are read and written
//! with relaxed order. So only the engine makes the writes of a waking thread visible to the poll
//! that follows. A lost wake is a deadlock, which loom reports, and loom reports leaks too.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{Group, List, Pool};
use crate::Result;

/// A flag of a child. A thread sets it, and then wakes the child.
#[derive(Clone)]
struct Signal(Arc<AtomicBool>);

impl Signal {
    fn new() -> Self {
        Signal(Arc::new(AtomicBool::new(false)))
    }

    fn send(&self, waker: &Waker) {
        self.0.store(true, Ordering::Relaxed);
        waker.wake_by_ref();
    }

    fn is_sent(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A future that is ready when all of its signals are sent.
struct Child {
    signals: Vec<Signal>,
    /// The receiver of the waker of the first poll.
    waker: Option<std::sync::mpsc::Sender<Waker>>,
}

impl Future for Child {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Some(waker) = self.waker.take() {
            waker.send(cx.waker().clone()).expect("the model waits for the waker");
        }
        if self.signals.iter().all(Signal::is_sent) {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }
}

type Children = Group<Child, (), List>;

/// Counts the wakes of a parent.
struct Parent(AtomicUsize);

impl Parent {
    fn new() -> (std::sync::Arc<Parent>, Waker) {
        let parent = std::sync::Arc::new(Parent(AtomicUsize::new(0)));
        (std::sync::Arc::clone(&parent), parent.into())
    }

    fn was_woken(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }
}

impl Wake for Parent {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A group that was polled once, with the wakers of its children.
fn started(children: Vec<Vec<Signal>>, parent: &Waker) -> (Children, Vec<Waker>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let children = children.into_iter().map(|signals| Child { signals, waker: Some(sender.clone()) });
    let mut group = Group::new(children, List);
    assert!(poll(&mut group, parent).is_pending());
    (group, receiver.try_iter().collect())
}

fn poll(group: &mut Children, parent: &Waker) -> Poll<Result<Vec<()>>> {
    Pin::new(group).poll(&mut Context::from_waker(parent))
}

fn first(wakers: Vec<Waker>) -> Waker {
    wakers.into_iter().next().expect("a child was polled")
}

/// With three threads loom tries only schedules with at most two preemptions, which find nearly all
/// mistakes. All schedules would take hours.
fn three_threads(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

/// The poll that follows a wake must see what the waking thread has written before.
#[test]
fn a_wake_from_another_thread_is_not_lost() {
    loom::model(|| {
        let signal = Signal::new();
        let (group, wakers) = started(vec![vec![signal.clone()]], &Parent::new().1);
        let waker = first(wakers);
        let thread = thread::spawn(move || signal.send(&waker));
        assert!(block_on(group).is_ok());
        thread.join().unwrap();
    });
}

/// The second thread may find the child queued already. Then the poll that takes the child must see
/// what this thread has written.
#[test]
fn two_wakes_of_one_child_are_not_lost() {
    three_threads(|| {
        let signals = vec![Signal::new(), Signal::new()];
        let (group, wakers) = started(vec![signals.clone()], &Parent::new().1);
        let waker = first(wakers);
        let threads: Vec<_> = signals
            .into_iter()
            .map(|signal| {
                let waker = waker.clone();
                thread::spawn(move || signal.send(&waker))
            })
            .collect();
        drop(waker);
        assert!(block_on(group).is_ok());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// Two threads push into the queue while the group takes from it.
#[test]
fn wakes_of_two_children_are_not_lost() {
    three_threads(|| {
        let signals = vec![Signal::new(), Signal::new()];
        let children = signals.iter().map(|signal| vec![signal.clone()]).collect();
        let (group, wakers) = started(children, &Parent::new().1);
        let threads: Vec<_> = signals
            .into_iter()
            .zip(wakers)
            .map(|(signal, waker)| thread::spawn(move || signal.send(&waker)))
            .collect();
        assert!(block_on(group).is_ok());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A child is woken again during the poll that goes through the queue. The children after it in the
/// queue must not be lost.
#[test]
fn a_wake_while_the_queue_is_walked_loses_no_child() {
    loom::model(|| {
        let (now, later, other) = (Signal::new(), Signal::new(), Signal::new());
        let children = vec![vec![now.clone(), later.clone()], vec![other.clone()]];
        let (group, wakers) = started(children, &Parent::new().1);
        now.send(&wakers[0]);
        other.send(&wakers[1]);
        let waker = first(wakers);
        let thread = thread::spawn(move || later.send(&waker));
        assert!(block_on(group).is_ok());
        thread.join().unwrap();
    });
}

/// The group moves to another task while a child is woken. The wake reaches the new task, or the
/// poll of that task has seen it.
#[test]
fn a_wake_while_the_parent_changes_is_not_lost() {
    loom::model(|| {
        let signal = Signal::new();
        let (mut group, wakers) = started(vec![vec![signal.clone()]], &Parent::new().1);
        let waker = first(wakers);
        let thread = thread::spawn(move || signal.send(&waker));
        let (parent, waker) = Parent::new();
        let polled = poll(&mut group, &waker);
        thread.join().unwrap();
        assert!(polled.is_ready() || parent.was_woken());
        assert!(polled.is_ready() || poll(&mut group, &waker).is_ready());
    });
}

/// A waker that outlives its group is harmless, and the last of the two frees the allocation.
#[test]
fn a_wake_while_the_group_is_dropped_is_harmless() {
    loom::model(|| {
        let signal = Signal::new();
        let (parent, parents_waker) = Parent::new();
        let (group, wakers) = started(vec![vec![signal.clone()]], &parents_waker);
        let waker = first(wakers);
        let thread = thread::spawn(move || {
            signal.send(&waker);
            waker.wake();
        });
        drop(group);
        thread.join().unwrap();
        drop(parents_waker);
        assert_eq!(std::sync::Arc::strong_count(&parent), 1, "a waker of a child keeps the parent's");
    });
}

/// References are counted across threads: the allocation is freed once, with the last reference.
#[test]
fn clones_and_drops_on_other_threads_free_once() {
    loom::model(|| {
        let (group, wakers) = started(vec![vec![Signal::new()]], &Parent::new().1);
        let waker = first(wakers);
        let other = waker.clone();
        let threads = [thread::spawn(move || drop(waker.clone())), thread::spawn(move || drop(other))];
        drop(group);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A pool whose second child has its waker in a further allocation.
fn grown(first: Signal, second: Signal, parent: &Waker) -> (Pool<Child, (), u8>, Vec<Waker>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let child = |signal| Child { signals: vec![signal], waker: Some(sender.clone()) };
    let mut pool = Pool::new([(1, child(first))].into_iter());
    pool.insert(2, child(second));
    assert!(poll_next(&mut pool, parent).is_pending());
    (pool, receiver.try_iter().collect())
}

fn poll_next(pool: &mut Pool<Child, (), u8>, parent: &Waker) -> Poll<Option<u8>> {
    pool.poll_next(&mut Context::from_waker(parent), drop).map(|next| next.map(|(tag, _)| tag))
}

/// Both children go into one queue, and wake one parent.
#[test]
fn wakes_of_children_in_two_allocations_are_not_lost() {
    three_threads(|| {
        let signals = [Signal::new(), Signal::new()];
        let (mut pool, wakers) = grown(signals[0].clone(), signals[1].clone(), &Parent::new().1);
        let threads: Vec<_> = signals
            .into_iter()
            .zip(wakers)
            .map(|(signal, waker)| thread::spawn(move || signal.send(&waker)))
            .collect();
        let mut next = || {
            block_on(std::future::poll_fn(|cx| pool.poll_next(cx, drop).map(|next| next.map(|(tag, _)| tag))))
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
    loom::model(|| {
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
    loom::model(|| {
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
