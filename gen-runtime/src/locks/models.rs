//! Loom models of the locks: takes, hand-overs and drops on two threads, in every order that the
//! memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports. Loom also checks each access to the content of a
//! lock.

use std::future::Future;
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{Barrier, Condition, Event, Lock, RwLock, Semaphore};

/// Two threads at once: one of them runs `other`.
fn against<L: Send + Sync + 'static>(
    make: impl Fn() -> L + Send + Sync + 'static,
    other: impl Fn(&L) + Clone + Send + Sync + 'static,
    run: impl Fn(&L) + Send + Sync + 'static,
) {
    loom::model(move || {
        let lock = Arc::new(make());
        let (theirs, other) = (lock.clone(), other.clone());
        let thread = thread::spawn(move || other(&theirs));
        run(&lock);
        thread.join().unwrap();
    });
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn add(lock: &Lock<u32>) {
    let mut guard = block_on(lock.lock());
    *guard += 1;
}

#[test]
fn two_holders_of_a_lock_are_one_after_the_other() {
    loom::model(|| {
        let lock = Arc::new(Lock::new(0));
        let theirs = lock.clone();
        let thread = thread::spawn(move || add(&theirs));
        add(&lock);
        thread.join().unwrap();
        assert_eq!(*lock.try_lock().unwrap(), 2);
    });
}

/// A future in line may be handed the lock while it is dropped.
#[test]
fn a_wait_that_is_dropped_loses_no_lock() {
    against(
        || Lock::new(0),
        add,
        |lock| {
            drop(poll(pin!(lock.lock())));
            drop(lock.try_lock());
            add(lock);
        },
    );
}

/// The future moves to another task while the lock is handed over.
#[test]
fn a_lock_reaches_the_latest_waker() {
    against(
        || Lock::new(0),
        add,
        |lock| {
            let mut future = pin!(lock.lock());
            if poll(future.as_mut()).is_pending() {
                *block_on(future) += 1;
            }
        },
    );
}

#[test]
fn a_writer_is_alone() {
    let add = |lock: &RwLock<u32>| *block_on(lock.write()) += 1;
    against(
        || RwLock::new(0),
        add,
        move |lock| {
            let before = *block_on(lock.read());
            add(lock);
            assert!(*block_on(lock.read()) > before);
        },
    );
}

/// A reader who comes while the writer lets others read sees what was written.
#[test]
fn a_downgrade_lets_readers_in() {
    against(
        || RwLock::new(0),
        |lock| {
            let mut guard = block_on(lock.write());
            *guard = 7;
            let guard = super::RwLockWriteGuard::downgrade(guard);
            assert_eq!(*guard, 7);
        },
        |lock| {
            let seen = *block_on(lock.read());
            assert!(seen == 0 || seen == 7);
        },
    );
}

/// The large request is in line, or was served, when the small one comes.
#[test]
fn a_wait_for_many_permits_that_is_dropped_lets_others_go_on() {
    against(
        || Semaphore::new(2),
        |semaphore| drop(block_on(semaphore.acquire()).unwrap()),
        |semaphore| {
            drop(poll(pin!(semaphore.acquire_many(2))));
            let both = block_on(semaphore.acquire_many(2)).unwrap();
            drop(both);
        },
    );
}

#[test]
fn a_close_ends_each_wait() {
    against(
        || Semaphore::new(0),
        Semaphore::close,
        |semaphore| assert!(block_on(semaphore.acquire()).is_err()),
    );
}

#[test]
fn permits_that_are_added_reach_those_in_line() {
    against(
        || Semaphore::new(0),
        |semaphore| semaphore.add_permits(1),
        |semaphore| drop(block_on(semaphore.acquire()).unwrap()),
    );
}

#[test]
fn a_set_reaches_the_wait_also_if_it_is_cleared_at_once() {
    against(Event::new, |event| event.set(), |event| block_on(event.wait()));
}

/// The wait is in line from its call on.
#[test]
fn a_change_after_the_call_of_wait_is_not_missed() {
    type Shared = (crate::shims::AtomicBool, Condition);
    let make = || (crate::shims::AtomicBool::new(false), Condition::new());
    against(
        make,
        |(flag, condition): &Shared| {
            flag.store(true, crate::shims::Ordering::SeqCst);
            condition.notify_one();
        },
        |(flag, condition)| {
            let changed = condition.wait();
            if !flag.load(crate::shims::Ordering::SeqCst) {
                block_on(changed);
                assert!(flag.load(crate::shims::Ordering::SeqCst));
            }
        },
    );
}

/// Of two in line, the one that is dropped passes its notification on.
#[test]
fn a_notification_is_not_lost_with_a_wait_that_is_dropped() {
    loom::model(|| {
        let condition = Arc::new(Condition::new());
        let (first, second) = (condition.wait(), condition.wait());
        let theirs = condition.clone();
        let thread = thread::spawn(move || theirs.notify_one());
        drop(first);
        block_on(second);
        thread.join().unwrap();
    });
}

#[test]
fn a_barrier_opens_for_all_and_has_one_leader() {
    loom::model(|| {
        let barrier = Arc::new(Barrier::new(2));
        let theirs = barrier.clone();
        let thread = thread::spawn(move || block_on(theirs.wait()).is_leader());
        let leads = block_on(barrier.wait()).is_leader();
        assert_ne!(thread.join().unwrap(), leads);
    });
}
