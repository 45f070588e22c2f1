//! Models of a group, whose children are woken on other threads.

use loom::future::block_on;
use loom::thread;

use super::{first, poll, started, three_threads, two_threads, Parent, Signal};

/// The poll that follows a wake must see what the waking thread has written before.
#[test]
fn a_wake_from_another_thread_is_not_lost() {
    two_threads(|| {
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
    two_threads(|| {
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
    two_threads(|| {
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
    two_threads(|| {
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
    two_threads(|| {
        let (group, wakers) = started(vec![vec![Signal::new()]], &Parent::new().1);
        let waker = first(wakers);
        let other = waker.clone();
        let threads = [thread::spawn(move || drop(waker.clone())), thread::spawn(move || drop(other))];
        drop(group);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
