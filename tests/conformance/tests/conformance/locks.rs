//! `tornado.locks`: its tests of 4.4.3, which those of later versions repeat.
//!
//! Tornado's `future.done()` is a poll here. A future of Tornado is in line from the call on, and
//! one of gen from its first poll on, so the tests poll each future when it is made.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Wake};

use behaviour::{needs, seconds, spawn, Order, Poller};
use gen::sync::{Condition, Event, Lock, Semaphore};
use gen::{with_timeout, yield_, TimeoutError};

use super::polled::{polled, Polled};
use super::{later, run};

/// Notes the end of each wait for a condition in `order`.
fn record_done(condition: &Arc<Condition>, order: &Order, key: &'static str) {
    let (condition, order) = (condition.clone(), order.clone());
    drop(spawn(async move {
        yield_wait(&condition).await?;
        order.push(key);
        Ok::<_, gen::Error>(())
    }));
}

#[gen::coroutine]
fn yield_wait(condition: &Condition) -> gen::Result {
    yield_!(condition.wait())
}

/// As `record_done`, with a timeout.
fn record_done_within(condition: &Arc<Condition>, order: &Order, key: &'static str) {
    let (condition, order) = (condition.clone(), order.clone());
    drop(spawn(async move {
        let waited = with_timeout(seconds(1), gen::ok(condition.wait())).join().await;
        order.push(if waited.is_ok() { key } else { "timeout " });
        Ok::<_, gen::Error>(())
    }));
}

// ---- conditions

#[test]
fn condition_repr() {
    let condition = Condition::new();
    assert_eq!(format!("{condition:?}"), "Condition { waiting: 0, .. }");
    let _wait = condition.wait();
    assert_eq!(format!("{condition:?}"), "Condition { waiting: 1, .. }");
}

#[test]
fn condition_notify() {
    run(async {
        let condition = Arc::new(Condition::new());
        let notified = condition.clone();
        later(seconds(1), move || notified.notify_one());
        yield_wait(&condition).await
    })
    .unwrap();
}

#[test]
fn condition_notify_1() {
    needs!(OneThread);
    run(async {
        let (condition, order) = (Arc::new(Condition::new()), Order::new());
        record_done(&condition, &order, "wait1 ");
        record_done(&condition, &order, "wait2 ");
        gen::moment().await?;
        for notified in ["notify1 ", "notify2 "] {
            condition.notify(1);
            gen::moment().await?;
            order.push(notified);
        }
        assert_eq!(order.text(), "wait1 notify1 wait2 notify2 ");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn condition_notify_n() {
    needs!(OrderOfTasks);
    run(async {
        let (condition, order) = (Arc::new(Condition::new()), Order::new());
        for key in ["0", "1", "2", "3", "4", "5"] {
            record_done(&condition, &order, key);
        }
        gen::moment().await?;
        for (count, done) in [(3, "012"), (1, "0123"), (2, "012345")] {
            condition.notify(count);
            gen::moment().await?;
            assert_eq!(order.text(), done);
        }
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn condition_notify_all() {
    needs!(OrderOfTasks);
    run(async {
        let (condition, order) = (Arc::new(Condition::new()), Order::new());
        for key in ["0", "1", "2", "3"] {
            record_done(&condition, &order, key);
        }
        gen::moment().await?;
        condition.notify_all();
        gen::moment().await?;
        order.push(" notify_all");
        assert_eq!(order.text(), "0123 notify_all");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// The timeout is that of any other future, so it fails, where Tornado gives `False`.
#[test]
fn condition_wait_timeout() {
    run(async {
        let condition = Arc::new(Condition::new());
        let notified = condition.clone();
        later(seconds(2), move || notified.notify_one()); // Too late.
        let error = with_timeout(seconds(1), gen::ok(condition.wait())).join().await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn condition_wait_timeout_preempted() {
    run(async {
        let condition = Arc::new(Condition::new());
        let notified = condition.clone();
        later(seconds(1), move || notified.notify_one());
        with_timeout(seconds(3600), gen::ok(condition.wait())).join().await
    })
    .unwrap();
}

/// A wait whose time is over does not count against the number of `notify`.
#[test]
fn condition_notify_n_with_timeout() {
    needs!(OrderOfTasks);
    run(async {
        let (condition, order) = (Arc::new(Condition::new()), Order::new());
        record_done(&condition, &order, "0");
        record_done_within(&condition, &order, "1");
        record_done(&condition, &order, "2");
        record_done(&condition, &order, "3");
        gen::sleep(seconds(2)).await?;
        assert_eq!(order.text(), "timeout ");
        condition.notify(2);
        gen::sleep(seconds(1)).await?;
        assert_eq!(order.text(), "timeout 02");
        condition.notify(1);
        gen::moment().await?;
        assert_eq!(order.text(), "timeout 023");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn condition_notify_all_with_timeout() {
    needs!(OrderOfTasks);
    run(async {
        let (condition, order) = (Arc::new(Condition::new()), Order::new());
        record_done(&condition, &order, "0");
        record_done_within(&condition, &order, "1");
        record_done(&condition, &order, "2");
        gen::sleep(seconds(2)).await?;
        assert_eq!(order.text(), "timeout ");
        condition.notify_all();
        gen::moment().await?;
        assert_eq!(order.text(), "timeout 02");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// A waker that notifies.
struct Notifies(Arc<Condition>);

impl Wake for Notifies {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// A waker that notifies finds the condition in order: it is not locked.
#[test]
fn condition_nested_notify() {
    let condition = Arc::new(Condition::new());
    let mut waits: Vec<_> = (0..3).map(|_| condition.wait()).collect();
    let waker = Arc::new(Notifies(condition.clone())).into();
    assert!(Pin::new(&mut waits[1]).poll(&mut Context::from_waker(&waker)).is_pending());
    condition.notify(2);
    assert!(waits.into_iter().all(|wait| polled(wait).is_done()));
}

/// A wait that is given up leaves the line at once, and not at times.
#[test]
fn condition_garbage_collection() {
    run(async {
        let condition = Condition::new();
        let waits = (0..101).map(|_| with_timeout(seconds(1), gen::ok(condition.wait())));
        let waits: Vec<_> = waits.map(|wait| wait.join()).collect();
        let last = condition.wait();
        assert!(format!("{condition:?}").contains("waiting: 102"));
        for wait in waits {
            assert!(wait.await.is_err());
        }
        assert!(format!("{condition:?}").contains("waiting: 1,"));
        let mut last = polled(last);
        assert!(!last.is_done());
        condition.notify_one();
        assert!(last.is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

// ---- events

#[test]
fn event_repr() {
    let event = Event::new();
    assert_eq!(format!("{event:?}"), "Event { is_set: false, .. }");
    event.set();
    assert_eq!(format!("{event:?}"), "Event { is_set: true, .. }");
}

#[test]
fn event() {
    let event = Event::new();
    let mut first = polled(event.wait());
    event.set();
    let mut second = polled(event.wait());
    event.clear();
    let mut third = polled(event.wait());
    assert!(first.is_done());
    assert!(second.is_done());
    assert!(!third.is_done());
}

#[test]
fn event_timeout() {
    run(async {
        let event = Arc::new(Event::new());
        let error = with_timeout(seconds(1), gen::ok(event.wait())).join().await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        // After that, it works as usual.
        let set = event.clone();
        later(seconds(1), move || set.set());
        with_timeout(seconds(3600), gen::ok(event.wait())).join().await
    })
    .unwrap();
}

#[test]
fn event_set_multiple() {
    let event = Event::new();
    event.set();
    event.set();
    assert!(event.is_set());
}

#[test]
fn event_wait_clear() {
    let event = Event::new();
    let mut first = polled(event.wait());
    event.clear();
    let mut second = polled(event.wait());
    event.set();
    assert!(first.is_done());
    assert!(second.is_done());
}

// ---- semaphores

#[test]
fn semaphore_repr() {
    let semaphore = Semaphore::new(1);
    assert!(format!("{semaphore:?}").starts_with("Semaphore { available_permits: 1"));
    let _permit = polled(semaphore.acquire());
    assert!(format!("{semaphore:?}").starts_with("Semaphore { available_permits: 0"));
}

#[test]
fn semaphore_acquire() {
    let semaphore = Semaphore::new(1);
    let mut first = polled(semaphore.acquire());
    assert!(first.is_done());
    let (mut second, mut third) = (polled(semaphore.acquire()), polled(semaphore.acquire()));
    assert!(!second.is_done());
    drop(first);
    assert!(second.is_done());
    assert!(!third.is_done());
    drop(second);
    assert!(third.is_done());
    drop(third);
    assert!(polled(semaphore.acquire()).is_done());
}

#[test]
fn semaphore_acquire_timeout() {
    run(async {
        let semaphore = Arc::new(Semaphore::new(2));
        let (first, second) = (semaphore.clone().acquire_owned().await?, semaphore.acquire().await?);
        later(seconds(2), move || drop(first)); // Too late.
        let error = with_timeout(seconds(1), semaphore.acquire()).join().await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        let third = semaphore.acquire().await?;
        let mut fourth = polled(semaphore.acquire());
        assert!(!fourth.is_done());
        drop(second);
        assert!(fourth.is_done());
        drop(third);
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_acquire_timeout_preempted() {
    run(async {
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.clone().acquire_owned().await?;
        later(seconds(1), move || drop(permit));
        drop(with_timeout(seconds(3600), semaphore.acquire()).join().await?);
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// `add_permits` is a release without a permit.
#[test]
fn semaphore_release_unacquired() {
    let semaphore = Semaphore::new(1);
    semaphore.add_permits(1);
    semaphore.add_permits(1);
    let mut futures: Vec<_> = (0..4).map(|_| polled(semaphore.acquire())).collect();
    assert_eq!(futures.iter_mut().map(Polled::is_done).collect::<Vec<_>>(), [true, true, true, false]);
}

#[test]
fn semaphore_garbage_collection() {
    run(async {
        let semaphore = Semaphore::new(0);
        let waits: Vec<_> = (0..101).map(|_| with_timeout(seconds(1), semaphore.acquire()).join()).collect();
        for wait in waits {
            assert!(wait.await.unwrap_err().is::<TimeoutError>());
        }
        let mut last = polled(semaphore.acquire());
        assert!(!last.is_done());
        semaphore.add_permits(1);
        assert!(last.is_done(), "none of the futures before it is in line");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_context_manager() {
    run(async {
        let semaphore = Semaphore::new(1);
        {
            let _permit = semaphore.acquire().await?;
        }
        assert!(polled(semaphore.acquire()).is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_context_manager_async_await() {
    #[gen::coroutine]
    fn body(semaphore: &Semaphore) -> gen::Result {
        let _permit = yield_!(semaphore.acquire())?;
        Ok(())
    }
    run(async {
        let semaphore = Semaphore::new(1);
        body(&semaphore).await?;
        assert!(polled(semaphore.acquire()).is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_context_manager_exception() {
    #[gen::coroutine]
    fn fails(semaphore: &Semaphore) -> gen::Result {
        let _permit = yield_!(semaphore.acquire())?;
        gen::bail!("1 / 0")
    }
    run(async {
        let semaphore = Semaphore::new(1);
        assert!(fails(&semaphore).await.is_err());
        assert!(polled(semaphore.acquire()).is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_context_manager_timeout() {
    run(async {
        let semaphore = Semaphore::new(1);
        drop(with_timeout(seconds(1), semaphore.acquire()).join().await?);
        assert!(polled(semaphore.acquire()).is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_context_manager_timeout_error() {
    run(async {
        let semaphore = Semaphore::new(0);
        let error = with_timeout(seconds(1), semaphore.acquire()).join().await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        assert!(!polled(semaphore.acquire()).is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn semaphore_context_manager_contended() {
    #[gen::coroutine]
    fn body(semaphore: &Semaphore, order: &Order, index: u32) -> gen::Result {
        let _permit = yield_!(semaphore.acquire())?;
        order.push(format_args!("acquired {index} "));
        yield_!(gen::sleep(seconds(1)))?;
        order.push(format_args!("release {index} "));
        Ok(())
    }
    run(async {
        let (semaphore, order) = (Semaphore::new(1), Order::new());
        gen::multi(vec![body(&semaphore, &order, 0), body(&semaphore, &order, 1)]).join().await?;
        assert_eq!(order.text(), "acquired 0 release 0 acquired 1 release 1 ");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// Only who has a permit can give it back, so a semaphore is bounded.
#[test]
fn bounded_semaphore_release_unacquired() {
    let semaphore = Semaphore::new(1);
    let first = polled(semaphore.acquire());
    let mut second = polled(semaphore.acquire());
    assert!(!second.is_done());
    drop(first);
    assert!(second.is_done());
    drop(second);
    assert_eq!(semaphore.available_permits(), 1);
}

// ---- locks

#[test]
fn lock_repr() {
    let lock = Lock::new(7);
    assert_eq!(format!("{lock:?}"), "Lock { content: 7 }");
    let _guard = lock.try_lock();
    assert_eq!(format!("{lock:?}"), "Lock { content: <locked> }");
}

#[test]
fn lock_acquire_release() {
    let lock = Lock::new(());
    let mut first = polled(lock.lock());
    assert!(first.is_done());
    let mut second = polled(lock.lock());
    assert!(!second.is_done());
    drop(first);
    assert!(second.is_done());
}

#[test]
fn lock_acquire_fifo() {
    #[gen::coroutine]
    fn body(lock: &Lock<()>, order: &Order, index: u32) -> gen::Result {
        let _guard = yield_!(lock.lock())?;
        order.push(index);
        Ok(())
    }
    run(async {
        let (lock, order) = (Lock::new(()), Order::new());
        let guard = lock.lock().await;
        let all = gen::multi((0..5).map(|index| body(&lock, &order, index)).collect::<Vec<_>>());
        let mut all = Box::pin(all.join());
        assert!(Poller::new().poll(all.as_mut()).is_pending());
        assert_eq!(order.text(), "");
        drop(guard);
        all.await?;
        assert_eq!(order.text(), "01234");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// The same with an `async fn`.
#[test]
fn lock_acquire_fifo_async_with() {
    async fn body(lock: &Lock<()>, order: &Order, index: u32) {
        let _guard = lock.lock().await;
        order.push(index);
    }
    run(async {
        let (lock, order) = (Lock::new(()), Order::new());
        let guard = lock.lock().await;
        let mut all = Box::pin(futures::future::join_all((0..5).map(|index| body(&lock, &order, index))));
        assert!(Poller::new().poll(all.as_mut()).is_pending());
        drop(guard);
        all.await;
        assert_eq!(order.text(), "01234");
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn lock_acquire_timeout() {
    run(async {
        let lock = Lock::new(());
        let _guard = lock.lock().await;
        let error = with_timeout(seconds(1), gen::ok(lock.lock())).join().await.unwrap_err();
        assert!(error.is::<TimeoutError>());
        assert!(!polled(lock.lock()).is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// A panic gives the lock back, too, and a task can ask for it.
#[test]
fn lock_is_not_poisoned() {
    let lock = Lock::new(1);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut guard = lock.try_lock().unwrap();
        *guard = 2;
        panic!("in the middle");
    }));
    assert!(panicked.is_err());
    assert_eq!(*lock.try_lock().unwrap(), 2);
    let panic = lock.clear_panic().unwrap();
    assert_eq!(panic.taken_at().file(), file!());
    assert_eq!(lock.holder_panic(), None);
}
