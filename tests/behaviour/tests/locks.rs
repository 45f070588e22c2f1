//! Locks: first come, first served, and nothing is lost, whenever a wait ends. Tornado's own tests
//! are in the crate `conformance`. The comment above a test says what a user would lose if it
//! failed.

use std::cell::Cell;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread;

use behaviour::{
    logged, needs, poll_served_in_the_clone, run, seconds, spawn, waker_whose_clone_panics_in_its_drop,
    waker_with_hook, Order, Poller,
};
use gen::sync::{
    Barrier, Condition, Event, Lock, OwnedRwLockWriteGuard, RwLock, RwLockWriteGuard, Semaphore,
    SemaphoreClosed, SemaphorePermit,
};
use gen::yield_;

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Poller::new().poll(Pin::new(future))
}

/// Polls a future that is in line afterwards.
fn in_line<F: Future + Unpin>(mut future: F) -> F {
    assert!(poll(&mut future).is_pending());
    future
}

fn ready<F: Future + Unpin>(future: &mut F) -> F::Output {
    match poll(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not served"),
    }
}

/// A task that comes later would take the lock from the one that was woken, which might starve.
#[test]
fn a_lock_that_is_handed_over_is_not_free() {
    let lock = Lock::new(0);
    let guard = lock.try_lock().unwrap();
    let mut first = in_line(lock.lock());
    drop(guard);
    assert!(lock.try_lock().is_none());
    let mut second = in_line(lock.lock());
    drop(ready(&mut first));
    drop(ready(&mut second));
    assert!(lock.try_lock().is_some());
}

/// A writer, and a request for many permits, would starve beside readers and small requests.
#[test]
fn a_large_request_is_not_overtaken() {
    let lock = RwLock::new(0);
    let reads = lock.try_read().unwrap();
    let mut writer = in_line(lock.write());
    assert!(lock.try_read().is_none());
    let mut reader = in_line(lock.read());
    drop(reads);
    let writes = ready(&mut writer);
    assert!(poll(&mut reader).is_pending());
    drop(writes);
    assert_eq!(*ready(&mut reader), 0);

    let semaphore = Semaphore::new(3);
    let permit = semaphore.try_acquire().unwrap();
    let mut large = in_line(semaphore.acquire_many(3));
    assert_eq!(semaphore.available_permits(), 2);
    assert!(semaphore.try_acquire().unwrap().is_none());
    let mut small = in_line(semaphore.acquire());
    drop(permit);
    let permits = ready(&mut large).unwrap();
    assert!(poll(&mut small).is_pending());
    drop(permits);
    assert!(ready(&mut small).is_ok());
}

/// Readers that wait together would read one after the other.
#[test]
fn readers_in_line_are_served_together() {
    let lock = RwLock::new(7);
    let writes = lock.try_write().unwrap();
    let mut readers = [in_line(lock.read()), in_line(lock.read())];
    let mut writer = in_line(lock.write());
    drop(writes);
    let both = readers.each_mut().map(ready);
    assert!(poll(&mut writer).is_pending());
    drop(both);
    drop(ready(&mut writer));
}

/// A lock that was handed to a task would be lost if that task is cancelled before it runs.
#[test]
fn a_wait_that_is_dropped_after_the_hand_over_passes_it_on() {
    let lock = Lock::new(0);
    let guard = lock.try_lock().unwrap();
    let (first, mut second) = (in_line(lock.lock()), in_line(lock.lock()));
    drop(guard);
    drop(first);
    drop(ready(&mut second));
    assert!(lock.try_lock().is_some());

    let condition = Condition::new();
    let (first, mut second, mut third) = (condition.wait(), condition.wait(), condition.wait());
    condition.notify_one();
    drop(first);
    ready(&mut second);
    assert!(poll(&mut third).is_pending());

    let barrier = Barrier::new(2);
    let (first, mut second) = (in_line(barrier.wait()), barrier.wait());
    assert!(ready(&mut second).is_leader());
    drop(first);
    drop(in_line(barrier.wait()));
}

/// All behind a wait that was given up would wait for it.
#[test]
fn a_wait_that_is_dropped_in_line_lets_the_others_pass() {
    let semaphore = Semaphore::new(2);
    let permit = semaphore.try_acquire().unwrap();
    let large = in_line(semaphore.acquire_many(2));
    let poller = Poller::new();
    let mut small = semaphore.acquire();
    assert!(poller.poll(Pin::new(&mut small)).is_pending());
    drop(large);
    assert_eq!(poller.wakes(), 1);
    assert!(ready(&mut small).is_ok());
    drop(permit);

    let barrier = Barrier::new(2);
    drop(in_line(barrier.wait()));
    let mut waits = in_line(barrier.wait());
    assert!(ready(&mut barrier.wait()).is_leader());
    assert!(!ready(&mut waits).is_leader());
}

/// A condition that was notified for all would wake one that came later.
#[test]
fn a_notification_of_all_is_not_passed_on() {
    let condition = Condition::new();
    let first = condition.wait();
    condition.notify_all();
    let mut later = condition.wait();
    drop(first);
    assert!(poll(&mut later).is_pending());
}

/// A task that is cancelled between the hand-over and its next step would keep the lock for ever.
#[test]
fn a_task_that_is_cancelled_in_the_hand_over_keeps_nothing() {
    needs!(OneThread);
    #[gen::coroutine]
    fn takes(lock: Arc<Lock<u32>>, order: Order, name: &'static str) -> gen::Result {
        // The lock is there, so this yield is not cancelled.
        let mut count = yield_!(lock.lock())?;
        order.push(name);
        yield_!(gen::sleep(seconds(1)))?;
        *count += 1;
        Ok(())
    }
    run(async {
        let (lock, order) = (Arc::new(Lock::new(0)), Order::new());
        let guard = lock.lock().await;
        let first = spawn(takes(lock.clone(), order.clone(), "a"));
        let second = spawn(takes(lock.clone(), order.clone(), "b"));
        gen::moment().await?;
        drop(guard);
        first.cancel("in the hand-over").await;
        second.await?;
        assert!(first.await.unwrap_err().is::<gen::Cancelled>());
        assert_eq!((order.text(), *lock.lock().await), ("ab".to_owned(), 1));
        Ok(())
    });
}

/// A panic of one task would make the content useless for all others, or would stay unknown.
#[test]
fn a_panic_of_a_holder_is_told_and_poisons_nothing() {
    fn panics_with<G>(guard: G) {
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            let _guard = guard;
            std::panic::resume_unwind(Box::new("in the middle"));
        }));
        assert!(panicked.is_err());
    }
    let lock = RwLock::new(0);
    panics_with(lock.try_read().unwrap());
    assert_eq!(lock.holder_panic(), None, "a reader has changed nothing");
    let line = line!() + 1;
    panics_with(lock.try_write().unwrap());
    let panic = lock.holder_panic().unwrap();
    assert_eq!((panic.taken_at().file(), panic.taken_at().line()), (file!(), line));
    assert!(panic.to_string().contains(&format!("locks.rs:{line}:")), "{panic}");
    assert_eq!(*lock.try_write().unwrap(), 0);
    assert_eq!(lock.clear_panic(), Some(panic));
    assert_eq!(lock.clear_panic(), None);
}

/// A guard that is taken and dropped by a destructor, in a panic of other code, says nothing.
#[test]
fn a_guard_of_a_destructor_is_no_panic_of_a_holder() {
    struct LocksInDrop<'a>(&'a Lock<u32>);
    impl Drop for LocksInDrop<'_> {
        fn drop(&mut self) {
            *self.0.try_lock().unwrap() += 1;
        }
    }
    let lock = Lock::new(0);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _locks = LocksInDrop(&lock);
        std::panic::resume_unwind(Box::new("elsewhere"));
    }));
    assert!(panicked.is_err());
    assert_eq!((*lock.try_lock().unwrap(), lock.holder_panic()), (1, None));
}

/// Another writer could come between a change and the read of its result.
#[test]
fn a_downgrade_lets_readers_in_and_no_writer() {
    let lock = Arc::new(RwLock::new(0));
    let mut guard = lock.try_write().unwrap();
    *guard = 1;
    let mut reader = in_line(lock.read());
    let mut writer = in_line(lock.clone().write_owned());
    let guard = RwLockWriteGuard::downgrade(guard);
    assert_eq!((*guard, *ready(&mut reader)), (1, 1));
    assert!(poll(&mut writer).is_pending());
    drop(guard);
    let guard = OwnedRwLockWriteGuard::downgrade(ready(&mut writer));
    assert_eq!((*guard, *lock.try_read().unwrap()), (1, 1));
    drop(guard);
    assert!(lock.try_write().is_some());
}

/// A waker that panics would keep the others in line from their turn.
#[test]
fn a_waker_that_panics_harms_no_other() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            std::panic::resume_unwind(Box::new("a waker"));
        }
    }
    let event = Event::new();
    let mut first = event.wait();
    let waker = Arc::new(Panics).into();
    assert!(Pin::new(&mut first).poll(&mut Context::from_waker(&waker)).is_pending());
    let poller = Poller::new();
    let mut second = event.wait();
    assert!(poller.poll(Pin::new(&mut second)).is_pending());
    let ((), records) = logged(|| event.set());
    assert_eq!(poller.wakes(), 1);
    assert!(records[0].contains("a waker panicked"), "{records:?}");
}

/// Polls a future with a waker whose clone calls `serve`, and whose drop panics.
fn served<F: Future + Unpin>(future: &mut F, serve: impl FnOnce() + Send + 'static) -> F::Output {
    match poll_served_in_the_clone(future, serve) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not served"),
    }
}

/// A lock would be lost that is granted in a poll whose waker panics.
#[test]
fn a_waker_that_panics_in_its_drop_loses_no_grant() {
    for is_in_line in [false, true] {
        let lock = Arc::new(Lock::new(0));
        let guard = lock.clone().try_lock_owned();
        let mut waits = lock.lock();
        assert!(!is_in_line || poll(&mut waits).is_pending());
        drop(served(&mut waits, move || drop(guard)));
        assert!(lock.try_lock().is_some(), "in line: {is_in_line}");

        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.clone().try_acquire_owned().unwrap();
        let mut waits = semaphore.acquire();
        assert!(!is_in_line || poll(&mut waits).is_pending());
        drop(served(&mut waits, move || drop(permit)).unwrap());
        assert_eq!(semaphore.available_permits(), 1, "in line: {is_in_line}");

        let event = Arc::new(Event::new());
        let mut waits = event.wait();
        assert!(!is_in_line || poll(&mut waits).is_pending());
        let sets = event.clone();
        served(&mut waits, move || sets.set());
    }
    let condition = Arc::new(Condition::new());
    let (mut waits, notifies) = (condition.wait(), condition.clone());
    served(&mut waits, move || notifies.notify_one());

    let barrier = Arc::new(Barrier::new(2));
    let (mut waits, last) = (in_line(barrier.wait()), barrier.clone());
    let result = served(&mut waits, move || assert!(ready(&mut last.wait()).is_leader()));
    assert!(!result.is_leader());
    let (mut leads, first) = (barrier.wait(), in_line(barrier.wait()));
    assert!(served(&mut leads, || {}).is_leader());
    drop(first);
}

/// Those behind a future that leaves the line would wait for ever, if its waker panics.
#[test]
fn a_waker_that_panics_as_its_future_leaves_lets_the_others_pass() {
    let semaphore = Semaphore::new(2);
    let _permit = semaphore.try_acquire().unwrap();
    let mut large = semaphore.acquire_many(2);
    let waker = waker_whose_clone_panics_in_its_drop(|| {});
    assert!(Pin::new(&mut large).poll(&mut Context::from_waker(&waker)).is_pending());
    let (poller, mut small) = (Poller::new(), semaphore.acquire());
    assert!(poller.poll(Pin::new(&mut small)).is_pending());
    let ((), records) = logged(|| drop(large));
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(poller.wakes(), 1);
    assert!(ready(&mut small).is_ok());
}

/// A waker that looks for the lock as it is dropped would see those behind it wait still.
#[test]
fn the_others_are_served_before_the_waker_of_one_that_leaves_is_dropped() {
    let semaphore = Arc::new(Semaphore::new(2));
    let _permit = semaphore.try_acquire().unwrap();
    let (poller, uses) = (Arc::new(Poller::new()), Arc::new(AtomicUsize::new(0)));
    let (seen, counts) = (poller.clone(), uses.clone());
    let waker = waker_with_hook(move || {
        if counts.fetch_add(1, Ordering::SeqCst) == 1 {
            assert_eq!(seen.wakes(), 1);
        }
    });
    let mut large = semaphore.acquire_many(2);
    assert!(Pin::new(&mut large).poll(&mut Context::from_waker(&waker)).is_pending());
    let mut small = semaphore.acquire();
    assert!(poller.poll(Pin::new(&mut small)).is_pending());
    let ((), records) = logged(|| drop(large));
    assert_eq!((uses.load(Ordering::SeqCst), records), (2, Vec::new()));
}

/// A task whose wait is over would be kept alive by the lock.
#[test]
fn a_wait_that_is_over_leaves_no_waker_behind() {
    let lock = Lock::new(0);
    let guard = lock.try_lock().unwrap();
    let poller = Poller::new();
    let (mut dropped, mut served) = (lock.lock(), lock.lock());
    assert!(poller.poll(Pin::new(&mut dropped)).is_pending());
    assert!(poller.poll(Pin::new(&mut served)).is_pending());
    // The latest waker counts.
    assert!(poll(&mut served).is_pending());
    let leak = poller.into_leak();
    assert_eq!(leak.clones(), 1);
    drop(dropped);
    assert_eq!(leak.clones(), 0);
    drop(guard);
    drop(ready(&mut served));
}

/// A task would wait for ever for a semaphore that is not used any more.
#[test]
fn a_close_ends_all_waits() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    let mut waits = in_line(semaphore.acquire());
    semaphore.close();
    assert!(ready(&mut waits).unwrap_err().is::<SemaphoreClosed>());
    drop(permit);
    assert!(semaphore.is_closed());
    assert_eq!(semaphore.try_acquire().unwrap_err().to_string(), "the semaphore was closed");
    assert!(ready(&mut semaphore.acquire()).is_err());
}

/// Permits would be given back that were taken for good, or the other way round.
#[test]
fn permits_that_are_forgotten_are_gone() {
    let semaphore = Semaphore::new(2);
    ready(&mut semaphore.acquire_many(2)).unwrap().forget();
    assert_eq!(semaphore.available_permits(), 0);
    let mut waits = in_line(semaphore.acquire());
    semaphore.add_permits(1);
    drop(ready(&mut waits));
    assert_eq!(semaphore.available_permits(), 1);
}

/// A count of permits that overflows would give out more than there are.
#[test]
#[should_panic(expected = "at most `Semaphore::MAX_PERMITS`")]
fn permits_do_not_overflow() {
    Semaphore::new(Semaphore::MAX_PERMITS).add_permits(1);
}

/// A request that no semaphore can ever serve would wait for ever, and all behind it.
#[test]
fn a_request_for_more_permits_than_any_semaphore_has_is_refused() {
    let semaphore = Arc::new(Semaphore::new(1));
    let most = u32::try_from(Semaphore::MAX_PERMITS).unwrap();
    drop(semaphore.acquire_many(most));
    let refused: [&dyn Fn(); 2] = [&|| drop(semaphore.acquire_many(most + 1)), &|| {
        drop(semaphore.clone().acquire_many_owned(most + 1))
    }];
    for refused in refused {
        let panic = catch_unwind(AssertUnwindSafe(refused)).unwrap_err();
        assert_eq!(
            panic.downcast_ref::<String>().unwrap(),
            "a semaphore has at most `Semaphore::MAX_PERMITS` permits, which is 536870911: \
             536870912 are too many"
        );
    }
}

/// A guard could not be kept beside one of a shorter borrow, in one `Vec` or one `struct`.
#[test]
fn a_guard_may_be_used_as_one_of_a_shorter_borrow() {
    macro_rules! shorter {
        ($($guard:ident),+) => {$({
            fn shorter<'short, 'long: 'short>(
                guard: gen::sync::$guard<'long, Cell<u32>>,
            ) -> gen::sync::$guard<'short, Cell<u32>> {
                guard
            }
            let _ = shorter;
        })+};
    }
    shorter!(LockGuard, RwLockReadGuard, RwLockWriteGuard);
    fn shorter<'short, 'long: 'short>(permit: SemaphorePermit<'long>) -> SemaphorePermit<'short> {
        permit
    }
    let _ = shorter;
}

/// On executors with several threads, a hand-over or a change would be lost.
#[test]
fn tasks_on_any_executor_lose_no_hand_over() {
    const TASKS: usize = 20;
    #[gen::coroutine]
    fn adds(shared: Arc<(Lock<usize>, Semaphore, Barrier)>) -> gen::Result {
        let (lock, semaphore, barrier) = &*shared;
        yield_!(barrier.wait())?;
        for _ in 0..10 {
            let _permit = yield_!(semaphore.acquire())?;
            let mut count = yield_!(lock.lock())?;
            let before = *count;
            yield_!(gen::moment())?;
            *count = before + 1;
        }
        Ok(())
    }
    run(async {
        let shared = Arc::new((Lock::new(0), Semaphore::new(2), Barrier::new(TASKS)));
        let tasks: Vec<_> = (0..TASKS).map(|_| spawn(adds(shared.clone()))).collect();
        gen::multi(tasks).join().await?;
        assert_eq!(*shared.0.lock().await, TASKS * 10);
        Ok(())
    });
}

/// A wait that is cancelled on one thread while the lock comes from another would lose the lock.
#[test]
fn waits_that_end_at_random_on_threads_lose_no_lock() {
    const TURNS: usize = 300;
    let lock = Arc::new(Lock::new(0));
    let threads: Vec<_> = (0..3)
        .map(|number| {
            let lock = lock.clone();
            thread::spawn(move || {
                for turn in 0..TURNS {
                    let mut waits = lock.lock();
                    if (turn + number) % 3 == 0 {
                        // Either it is served at once, or it leaves the line.
                        assert!(poll(&mut waits).map(|count| *count).is_pending() || turn < TURNS);
                        continue;
                    }
                    *futures::executor::block_on(waits) += 1;
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(*lock.try_lock().unwrap(), 3 * TURNS * 2 / 3);
}

/// A timeout around a wait would be of no use.
#[test]
fn a_wait_can_have_a_timeout() {
    #[gen::coroutine]
    fn waits(lock: &Lock<u32>) -> gen::Result<u32> {
        let guard = yield_!(gen::with_timeout(seconds(1), lock.lock()))?;
        Ok(*guard)
    }
    run(async {
        let lock = Lock::new(7);
        let guard = lock.lock().await;
        assert!(waits(&lock).await.unwrap_err().is::<gen::TimeoutError>());
        drop(guard);
        assert_eq!(waits(&lock).await?, 7);
        Ok(())
    });
}
