//! A task panics while a wait of it is in line, in the very poll in which the wait would be served.
//! The comment above a test says what the others would lose if it failed.

use std::cell::{Cell, RefCell};
use std::future::{poll_fn, Future};
use std::num::NonZeroU32;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures::future::join;
use gen::queue::Queue;
use gen::sync::{Condition, Lock, Quota, Rate, RwLock, Semaphore};
use gen::{yield_, Panicked, VirtualClock};

const SECOND: Duration = Duration::from_secs(1);

/// Panics in the first poll after the flag was set.
async fn panics_if(flag: Rc<Cell<bool>>) {
    poll_fn(|_| match flag.get() {
        true => resume_unwind(Box::new("a body panics")),
        false => Poll::Pending,
    })
    .await
}

/// Puts one wait of a task that panics and then the wait of another task in line, calls `serve`,
/// and gives what the other task gets. The unwinding drops the first wait, which was served.
fn get_behind_a_panic<T: 'static>(
    first: impl Future + 'static,
    serve: impl FnOnce(),
    other: impl Future<Output = gen::Result<T>> + 'static,
) -> T {
    let io_loop = gen::IoLoop::with_clock(VirtualClock::new());
    let body = async {
        let panics = Rc::new(Cell::new(false));
        let flag = panics.clone();
        let doomed = gen::spawn_local(async move {
            join(panics_if(flag), first).await;
            gen::Ok(())
        });
        let other = gen::spawn_local(other);
        gen::moment().await?;
        panics.set(true);
        serve();
        let error = doomed.await.expect_err("it panics");
        assert!(error.is::<Panicked>(), "{error}");
        gen::with_timeout(SECOND * 60, other).join().await
    };
    io_loop.run_sync(body).expect("the other task is served")
}

/// The item would be lost.
#[test]
fn an_item_of_a_getter_that_panics_goes_to_the_next_one() {
    let queue = Queue::unbounded();
    let [first, other] = [(); 2].map(|()| {
        let queue = queue.clone();
        async move { queue.get().await }
    });
    assert_eq!(get_behind_a_panic(first, || queue.try_put(7).unwrap(), other), 7);
}

/// The room would be lost, and a producer would wait for ever.
#[test]
fn room_of_a_producer_that_panics_goes_to_the_next_one() {
    let queue = Queue::bounded(1);
    queue.try_put("first").unwrap();
    let [first, other] = [(); 2].map(|()| {
        let queue = queue.clone();
        async move {
            queue.reserve().await?.send("reserved");
            gen::Ok(())
        }
    });
    get_behind_a_panic(first, || assert_eq!(queue.try_get(), Ok("first")), other);
    assert_eq!(queue.try_get(), Ok("reserved"));
    assert!(queue.is_empty() && !queue.is_full());
}

/// An item would be in the queue twice, or not at all.
#[test]
fn an_item_that_was_taken_in_stays_if_its_producer_panics() {
    let queue = Queue::bounded(1);
    queue.try_put("first").unwrap();
    let (puts, joins) = (queue.clone(), queue.clone());
    let first = async move { puts.put("second").await };
    let serve = || {
        assert_eq!(queue.try_get(), Ok("first"));
        assert_eq!(queue.try_get(), Ok("second"));
        queue.task_done().unwrap();
        queue.task_done().unwrap();
    };
    get_behind_a_panic(first, serve, async move { gen::ok(joins.join()).await });
    assert_eq!(queue.unfinished(), 0);
}

/// All others would stop before a lock that no task has.
#[test]
fn a_lock_that_was_handed_to_a_task_that_panics_goes_to_the_next_one() {
    let lock = Rc::new(Lock::new(3));
    let held = lock.try_lock().unwrap();
    let [first, other] = [(); 2].map(|()| {
        let lock = lock.clone();
        async move { gen::Ok(*lock.lock().await) }
    });
    assert_eq!(get_behind_a_panic(first, || drop(held), other), 3);
    assert_eq!(lock.holder_panic(), None, "it has not held it yet");
}

/// As above, behind a writer that never writes.
#[test]
fn a_reader_passes_a_writer_that_panics() {
    let lock = Rc::new(RwLock::new(3));
    let held = lock.try_write().unwrap();
    let (writes, reads) = (lock.clone(), lock.clone());
    let first = async move { *writes.write().await = 4 };
    assert_eq!(get_behind_a_panic(first, || drop(held), async move { gen::Ok(*reads.read().await) }), 3);
}

/// A bulkhead would let in fewer calls after each panic.
#[test]
fn permits_of_a_task_that_panics_are_free_again() {
    let semaphore = Rc::new(Semaphore::new(2));
    let held = [(); 2].map(|()| semaphore.try_acquire().unwrap());
    let [first, other] = [(); 2].map(|()| {
        let semaphore = semaphore.clone();
        async move {
            drop(semaphore.acquire_many(2).await?);
            gen::Ok(())
        }
    });
    get_behind_a_panic(first, || drop(held), other);
    assert_eq!(semaphore.available_permits(), 2);
}

/// The notification would be lost.
#[test]
fn a_notification_of_a_task_that_panics_goes_to_the_next_one() {
    let condition = Rc::new(Condition::new());
    let [first, other] = [(); 2].map(|()| {
        let condition = condition.clone();
        async move { gen::ok(condition.wait()).await }
    });
    get_behind_a_panic(first, || condition.notify_one(), other);
}

/// Those in line would wait for the turn of a task that has gone.
#[test]
fn a_turn_of_a_task_that_panics_goes_to_the_next_one() {
    let rate = Rate::new(Quota::per_second(NonZeroU32::MIN));
    let [first, other] = [(); 2].map(|()| {
        let rate = rate.clone();
        async move {
            // The first turn is free at once, and the task panics in the second one.
            rate.take().await?;
            rate.take().await
        }
    });
    get_behind_a_panic(first, || {}, other);
}

type Ends = Rc<RefCell<Vec<gen::Result>>>;

/// A batch whose calls take a second, and the ends of the calls.
fn slow_batch() -> (gen::LocalBatch<u32, u32>, Ends) {
    #[gen::coroutine]
    fn fetches(keys: Vec<u32>, ends: Ends) -> gen::Result<Vec<gen::Result<u32>>> {
        let slept = yield_!(gen::sleep(SECOND));
        ends.borrow_mut().push(slept.clone());
        slept?;
        Ok(keys.into_iter().map(|key| gen::Ok(key * 2)).collect())
    }
    let ends = Ends::default();
    let journal = ends.clone();
    (gen::batch_local(move |keys| fetches(keys, journal.clone())), ends)
}

/// The loads of the others would hang, or fail for a panic that is not theirs.
#[test]
fn a_load_gets_its_value_if_the_task_that_began_the_call_panics() {
    let (batch, _) = slow_batch();
    let (first, other) = (batch.load(1), batch.load(2));
    assert_eq!(get_behind_a_panic(first, || {}, other), 4);
}

/// As above, of one key.
#[test]
fn loads_of_one_key_get_its_value_if_the_first_task_panics() {
    let flight = gen::single_flight_local(|key: u32| async move {
        gen::sleep(SECOND).await?;
        gen::Ok(key * 2)
    });
    let (first, other) = (flight.load(2), flight.load(2));
    assert_eq!(get_behind_a_panic(first, || {}, other), 4);
}

/// A call would go on for a task that has gone.
#[test]
fn a_call_is_cancelled_if_the_only_task_that_loads_panics() {
    let (batch, ends) = slow_batch();
    let io_loop = gen::IoLoop::with_clock(VirtualClock::new());
    let body = async {
        let panics = async {
            let _ = gen::sleep(SECOND / 2).await;
            resume_unwind(Box::new("a body panics"))
        };
        let load = batch.load(1);
        let task = gen::spawn_local(async move { gen::Ok(join(load, panics).await.0) });
        assert!(task.await.unwrap_err().is::<Panicked>());
        gen::sleep(SECOND).await
    };
    io_loop.run_sync(body).unwrap();
    let ends = ends.borrow();
    assert!(matches!(&ends[..], [Err(error)] if error.is_cancelled()), "{ends:?}");
}
