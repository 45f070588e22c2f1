//! `tornado.queues`: its tests of 4.4.3 and of 6.6.1.
//!
//! Tornado's `future.done()` is a poll here. A future of Tornado is in line from the call on, and
//! one of gen from its first poll on, so the tests poll each future when it is made.

use std::future::Future;
use std::sync::{Arc, Mutex};

use behaviour::{needs, seconds, spawn};
use gen::queue::{PriorityQueue, Queue, Stack, TaskDoneError, TryGetError, TryPutError};
use gen::{with_timeout, yield_, TimeoutError};

use super::polled::{polled, Polled};
use super::{later, run};

/// A wait that has to end within that time.
#[gen::coroutine]
fn within<T>(time: u64, wait: impl Future<Output = gen::Result<T>>) -> gen::Result<T> {
    yield_!(with_timeout(seconds(time), wait))
}

fn is_timeout<T>(result: &gen::Result<T>) -> bool {
    matches!(result, Err(error) if error.is::<TimeoutError>())
}

/// The numbers of futures in the lines of `get` and `put`, as in Tornado's `repr`.
fn lines<T>(queue: &Queue<T>) -> (String, String) {
    let text = format!("{queue:?}");
    let after = |name: &str| {
        let (_, rest) = text.split_once(name).expect("it is printed");
        rest.split(',').next().unwrap_or_default().to_owned()
    };
    (after("getters: "), after("putters: "))
}

fn values<F: Future>(futures: impl IntoIterator<Item = Polled<F>>) -> Vec<F::Output> {
    futures.into_iter().map(|future| future.value.expect("it is done")).collect()
}

// ---- QueueBasicTest

/// The text has all numbers, also those that are 0.
#[test]
fn queue_repr_and_str() {
    let queue = Queue::bounded(1);
    let mut get = polled(queue.get());
    let text = format!("{queue:?}");
    assert!(text.starts_with("Queue {") && text.contains("capacity: Some(1)"), "{text}");
    assert!(text.contains("getters: 1, putters: 0") && text.contains("unfinished: 0"), "{text}");
    let _puts = [polled(queue.put(())), polled(queue.put(())), polled(queue.put(()))];
    let text = format!("{queue:?}");
    assert!(text.contains("getters: 0, putters: 1") && text.contains("unfinished: 2"), "{text}");
    assert!(get.is_done());
}

#[test]
fn queue_order() {
    let queue = Queue::unbounded();
    [1, 3, 2].into_iter().for_each(|item| queue.try_put(item).unwrap());
    assert_eq!([(); 3].map(|()| queue.try_get().unwrap()), [1, 3, 2]);
}

/// A capacity that is negative or no number does not compile.
#[test]
fn queue_maxsize() {
    let queue = Queue::bounded(2);
    assert!(queue.is_empty() && !queue.is_full());
    assert_eq!(queue.capacity(), Some(2));
    assert!(polled(queue.put(0)).is_done() && polled(queue.put(1)).is_done());
    assert!(!queue.is_empty() && queue.is_full());
    let mut put = polled(queue.put(2));
    assert!(!put.is_done());
    assert_eq!(run(queue.get()).unwrap(), 0);
    assert!(put.is_done());
    assert!(!queue.is_empty() && queue.is_full());
    assert_eq!(Queue::<u32>::unbounded().capacity(), None);
}

// ---- QueueGetTest

#[test]
fn queue_blocking_get() {
    let queue = Queue::unbounded();
    queue.try_put(0).unwrap();
    assert_eq!(run(queue.get()).unwrap(), 0);
}

#[test]
fn queue_nonblocking_get() {
    let queue = Queue::unbounded();
    queue.try_put(0).unwrap();
    assert_eq!(queue.try_get(), Ok(0));
}

#[test]
fn queue_nonblocking_get_exception() {
    assert_eq!(Queue::<u32>::unbounded().try_get(), Err(TryGetError::Empty));
}

#[test]
fn queue_get_with_putters() {
    let queue = Queue::bounded(1);
    queue.try_put(0).unwrap();
    let mut put = polled(queue.put(1));
    assert_eq!(run(queue.get()).unwrap(), 0);
    assert!(put.is_done());
    put.value.unwrap().unwrap();
}

#[test]
fn queue_blocking_get_wait() {
    run(async {
        let queue = Queue::unbounded();
        queue.put(0).await?;
        for item in [1, 2] {
            let queue = queue.clone();
            later(seconds(item), move || queue.try_put(item));
        }
        assert_eq!(within(100, queue.get()).await?, 0);
        assert_eq!(within(100, queue.get()).await?, 1);
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn queue_get_timeout() {
    run(async {
        let queue = Queue::unbounded();
        let mut timed = Box::pin(within(1, queue.get()));
        let mut get = polled(queue.get());
        assert!(is_timeout(&timed.as_mut().await));
        queue.try_put(0).unwrap();
        assert!(get.is_done());
        assert_eq!(get.value.unwrap()?, 0);
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// A timeout of zero lets a wait that has to wait fail at once.
#[test]
fn queue_get_zero_timeout() {
    run(async {
        let queue = Queue::unbounded();
        assert!(is_timeout(&within(0, queue.get()).await));
        queue.try_put(0).unwrap();
        assert_eq!(within(0, queue.get()).await?, 0);
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// An item that comes in time counts, also if the task that waits is polled later.
#[test]
fn queue_get_timeout_preempted() {
    needs!(VirtualTime);
    run(async {
        let queue = Queue::unbounded();
        let mut get = polled(Box::pin(within(1, queue.get())));
        queue.put(0).await?;
        gen::sleep(seconds(2)).await?;
        assert!(get.is_done());
        assert_eq!(get.value.unwrap()?, 0);
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

/// Waits whose time is over leave the line at once. In Tornado the next `get` clears them away.
#[test]
fn queue_get_clears_timed_out_putters() {
    let queue = Queue::bounded(1);
    queue.try_put(0).unwrap();
    let waits: Vec<_> = (1..10).map(|item| polled(queue.put(item))).collect();
    let mut put = polled(queue.put(10));
    assert_eq!(lines(&queue).1, "10");
    drop(waits);
    assert_eq!(lines(&queue).1, "1");
    assert!(!put.is_done());
    assert_eq!(run(queue.get()).unwrap(), 0);
    assert!(put.is_done());
    assert_eq!(queue.try_get(), Ok(10));
}

/// As above.
#[test]
fn queue_get_clears_timed_out_getters() {
    let queue = Queue::<u32>::unbounded();
    let waits: Vec<_> = (0..10).map(|_| polled(queue.get())).collect();
    let mut get = polled(queue.get());
    assert_eq!(lines(&queue).0, "11");
    drop(waits);
    assert!(!get.is_done());
    let _other = polled(queue.get());
    assert_eq!(lines(&queue).0, "2");
}

/// A loop over the items.
#[test]
fn queue_async_for() {
    #[gen::coroutine]
    fn takes_five(queue: Queue<u32>) -> gen::Result<Vec<u32>> {
        let mut results = Vec::new();
        while let Some(item) = yield_!(queue.next())? {
            results.push(item);
            if item == 4 {
                break;
            }
        }
        Ok(results)
    }
    let queue = Queue::unbounded();
    (0..5).for_each(|item| queue.try_put(item).unwrap());
    assert_eq!(run(takes_five(queue)).unwrap(), [0, 1, 2, 3, 4]);
}

// ---- QueuePutTest

#[test]
fn queue_blocking_put() {
    let queue = Queue::unbounded();
    run(queue.put(0)).unwrap();
    assert_eq!(queue.try_get(), Ok(0));
}

#[test]
fn queue_nonblocking_put_exception() {
    let queue = Queue::bounded(1);
    run(queue.put(0)).unwrap();
    assert_eq!(queue.try_put(1), Err(TryPutError::Full(1)));
}

#[test]
fn queue_put_with_getters() {
    let queue = Queue::unbounded();
    let mut gets = [polled(queue.get()), polled(queue.get())];
    run(queue.put(0)).unwrap();
    assert_eq!(gets.each_mut().map(Polled::is_done), [true, false]);
    run(queue.put(1)).unwrap();
    assert!(gets[1].is_done());
    assert_eq!(values(gets).into_iter().map(Result::unwrap).collect::<Vec<_>>(), [0, 1]);
}

/// The task that waits is resumed later, and not by `try_put`.
#[test]
fn queue_nonblocking_put_with_getters() {
    needs!(OneThread);
    run(async {
        let queue = Queue::unbounded();
        let gets = [(); 2].map(|()| {
            let queue = queue.clone();
            spawn(async move { queue.get().await })
        });
        gen::moment().await?;
        queue.try_put(0).unwrap();
        assert!(!gets[0].is_done());
        gen::moment().await?;
        queue.try_put(1).unwrap();
        let [first, second] = gets;
        assert_eq!((first.await?, second.await?), (0, 1));
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn queue_blocking_put_wait() {
    run(async {
        let queue = Queue::bounded(1);
        queue.try_put(0).unwrap();
        for time in [1, 2] {
            let queue = queue.clone();
            later(seconds(time), move || queue.try_get().map(drop));
        }
        let mut puts = [polled(queue.put(0)), polled(queue.put(1))];
        assert_eq!(puts.each_mut().map(Polled::is_done), [false, false]);
        drop(puts);
        yield_all(&queue).await
    })
    .unwrap();
}

#[gen::coroutine]
fn yield_all(queue: &Queue<u32>) -> gen::Result {
    yield_!([queue.put(0), queue.put(1)]).map(drop)
}

#[test]
fn queue_put_timeout() {
    run(async {
        let queue = Queue::bounded(1);
        queue.try_put(0).unwrap();
        let mut timed = queue.put(1);
        assert!(is_timeout(&with_timeout(seconds(1), &mut timed).join().await));
        let mut put = polled(queue.put(2));
        // Tornado drops it.
        assert_eq!(timed.into_item(), Some(1));
        assert_eq!(queue.try_get(), Ok(0));
        // 1 was never in the queue.
        assert_eq!(queue.get().await?, 2);
        assert!(put.is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn queue_put_timeout_preempted() {
    needs!(VirtualTime);
    run(async {
        let queue = Queue::bounded(1);
        queue.try_put(0).unwrap();
        let mut put = polled(Box::pin(within(1, queue.put(1))));
        queue.get().await?;
        gen::sleep(seconds(2)).await?;
        assert!(put.is_done());
        put.value.unwrap()
    })
    .unwrap();
}

#[test]
fn queue_put_clears_timed_out_putters() {
    let queue = Queue::bounded(1);
    queue.try_put(0).unwrap();
    let waits: Vec<_> = (1..10).map(|item| polled(queue.put(item))).collect();
    let mut put = polled(queue.put(10));
    drop(waits);
    let _other = polled(queue.put(11));
    assert_eq!(lines(&queue).1, "2");
    assert!(!put.is_done());
}

#[test]
fn queue_put_clears_timed_out_getters() {
    let queue = Queue::unbounded();
    let waits: Vec<_> = (0..10).map(|_| polled(queue.get())).collect();
    let mut get = polled(queue.get());
    let mut other = polled(queue.get());
    assert_eq!(lines(&queue).0, "12");
    drop(waits);
    queue.try_put(0).unwrap();
    assert_eq!(lines(&queue).0, "1");
    assert!(get.is_done() && !other.is_done());
    assert_eq!(get.value.unwrap().unwrap(), 0);
}

// ---- QueueJoinTest, PriorityQueueJoinTest, LifoQueueJoinTest

#[test]
fn queue_task_done_underflow() {
    let done: [Result<(), TaskDoneError>; 3] = [
        Queue::<u32>::unbounded().task_done(),
        PriorityQueue::<u32>::unbounded().task_done(),
        Stack::<u32>::unbounded().task_done(),
    ];
    let text = "`task_done` was called more often than items were put";
    assert_eq!(done.map(|done| done.unwrap_err().to_string()), [text; 3]);
}

/// Two tasks share the work.
macro_rules! share_work {
    ($queue:ident) => {{
        #[gen::coroutine]
        fn work(queue: $queue<u32>, sum: Arc<Mutex<u32>>) -> gen::Result {
            loop {
                let item = yield_!(queue.get())?;
                *sum.lock().unwrap() += item;
                queue.task_done()?;
                yield_!(gen::sleep(seconds(u64::from(item % 3)) / 10))?;
            }
        }
        run(async {
            let queue = $queue::unbounded();
            (0..100).for_each(|item| queue.try_put(item).unwrap());
            let sum = Arc::<Mutex<u32>>::default();
            let workers = [(); 2].map(|()| spawn(work(queue.clone(), sum.clone())));
            queue.join().await;
            assert_eq!(*sum.lock().unwrap(), (0..100).sum());
            for worker in workers {
                worker.cancel("the work is done").await;
            }
            Ok::<_, gen::Error>(())
        })
        .unwrap();
    }};
}

#[test]
fn queue_task_done() {
    share_work!(Queue);
    share_work!(PriorityQueue);
    share_work!(Stack);
}

/// `task_done` ends the join, and not `get`.
#[test]
fn queue_task_done_delay() {
    run(async {
        let queue = Queue::unbounded();
        queue.try_put(0).unwrap();
        let mut join = polled(queue.join());
        assert!(!join.is_done());
        queue.get().await?;
        assert!(!join.is_done());
        gen::moment().await?;
        assert!(!join.is_done());
        queue.task_done()?;
        assert!(join.is_done());
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn queue_join_empty_queue() {
    run(async {
        let queue = Queue::<u32>::unbounded();
        queue.join().await;
        queue.join().await;
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn queue_join_timeout() {
    run(async {
        let queue = Queue::unbounded();
        queue.put(0).await?;
        assert!(is_timeout(&with_timeout(seconds(1), gen::ok(queue.join())).join().await));
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

#[test]
fn priority_queue_order() {
    let queue = PriorityQueue::bounded(2);
    queue.try_put((1, "a")).unwrap();
    queue.try_put((0, "b")).unwrap();
    assert!(queue.is_full());
    let _puts = [polled(queue.put((3, "c"))), polled(queue.put((2, "d")))];
    let items = [(); 4].map(|()| queue.try_get().unwrap());
    assert_eq!(items, [(0, "b"), (1, "a"), (2, "d"), (3, "c")]);
    assert!(queue.is_empty());
}

/// The item of the first `put` in line is the newest one when there is room for it.
#[test]
fn lifo_queue_order() {
    let queue = Stack::bounded(2);
    queue.try_put(1).unwrap();
    queue.try_put(0).unwrap();
    assert!(queue.is_full());
    let _puts = [polled(queue.put(3)), polled(queue.put(2))];
    assert_eq!([(); 4].map(|()| queue.try_get().unwrap()), [3, 2, 0, 1]);
    assert!(queue.is_empty());
}

// ---- ProducerConsumerTest

/// A consumer that does not yield between `get` and `task_done`.
#[test]
fn queue_producer_consumer() {
    #[gen::coroutine]
    fn consumer(queue: Queue<u32>, history: Arc<Mutex<Vec<u32>>>) -> gen::Result {
        loop {
            let item = yield_!(queue.get())?;
            history.lock().unwrap().push(item);
            queue.task_done()?;
        }
    }
    #[gen::coroutine]
    fn producer(queue: Queue<u32>) -> gen::Result {
        for item in 0..10 {
            yield_!(queue.put(item))?;
        }
        Ok(())
    }
    run(async {
        let (queue, history) = (Queue::bounded(3), Arc::<Mutex<Vec<u32>>>::default());
        let consumer = spawn(consumer(queue.clone(), history.clone()));
        producer(queue.clone()).await?;
        queue.join().await;
        assert_eq!(*history.lock().unwrap(), (0..10).collect::<Vec<_>>());
        consumer.cancel("all is done").await;
        Ok::<_, gen::Error>(())
    })
    .unwrap();
}

// ---- not in Tornado

/// In Tornado an item that was handed to a task is lost if that task gets an error instead.
#[test]
fn queue_item_of_a_cancelled_get() {
    let queue = Queue::unbounded();
    let mut first = polled(queue.get());
    let mut second = polled(queue.get());
    queue.try_put(7).unwrap();
    assert!(!second.is_done());
    drop(std::mem::replace(&mut first, polled(queue.get())));
    assert!(second.is_done() && !first.is_done());
    assert_eq!(second.value.unwrap().unwrap(), 7);
}

/// Tornado's queues have no end.
#[test]
fn queue_close() {
    let queue = Queue::unbounded();
    queue.try_put(0).unwrap();
    queue.close();
    assert_eq!(queue.try_put(1), Err(TryPutError::Closed(1)));
    assert_eq!(run(queue.get()).unwrap(), 0);
    assert!(run(queue.get()).unwrap_err().is::<gen::queue::QueueClosed>());
}
