//! `gen::queue`. Most tests are for all three queues. Those of Tornado are in the crate
//! `conformance`, and failures at each yield in the crate `testing`.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use behaviour::{
    logged, poll_served_in_the_clone, run, spawn, waker_whose_clone_panics_in_its_drop, waker_with_hook,
    Poller,
};
use futures::StreamExt;
use gen::queue::{PriorityQueue, Queue, QueueClosed, Stack, TaskDoneError, TryGetError, TryPutError};
use gen::yield_;

/// The result of a poll, without that of the yield.
fn ready<T>(polled: Poll<gen::Result<T>>) -> Option<T> {
    match polled {
        Poll::Ready(result) => Some(result.expect("the queue is open")),
        Poll::Pending => None,
    }
}

fn is_closed<T>(polled: Poll<gen::Result<T>>) -> bool {
    matches!(polled, Poll::Ready(Err(error)) if error.is::<QueueClosed>())
}

/// A waker that panics when it is woken.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a waker panics");
    }
}

macro_rules! of_each_queue {
    ($($module:ident: $queue:ident;)+) => {$(
        mod $module {
            use super::*;

            type Q = gen::queue::$queue<u32>;

            /// An item would be lost with a task that is cancelled as it gets the item.
            #[test]
            fn an_item_that_was_handed_over_and_not_taken_goes_to_the_next_in_line() {
                let (queue, poller, next) = (Q::unbounded(), Poller::new(), Poller::new());
                let mut first = Box::pin(queue.get());
                let mut second = pin!(queue.get());
                assert!(poller.poll(first.as_mut()).is_pending());
                assert!(next.poll(second.as_mut()).is_pending());
                queue.try_put(7).unwrap();
                assert_eq!((poller.wakes(), next.wakes()), (1, 0));
                drop(first);
                assert_eq!(next.wakes(), 1);
                assert_eq!(ready(next.poll(second)), Some(7));
                assert_eq!(queue.unfinished(), 1);
            }

            /// As above, where no other task waits.
            #[test]
            fn an_item_that_was_handed_over_and_not_taken_comes_back() {
                let (queue, poller) = (Q::bounded(1), Poller::new());
                {
                    let mut get = pin!(queue.get());
                    assert!(poller.poll(get.as_mut()).is_pending());
                    queue.try_put(1).unwrap();
                    assert_eq!((queue.len(), queue.is_full()), (0, false));
                    queue.try_put(2).unwrap();
                }
                // It has more than its capacity now, until both are taken.
                assert_eq!((queue.len(), queue.is_full()), (2, true));
                let mut put = pin!(queue.put(3));
                assert!(poller.poll(put.as_mut()).is_pending());
                let first = queue.try_get().unwrap();
                assert!(poller.poll(put.as_mut()).is_pending());
                let second = queue.try_get().unwrap();
                assert_eq!(ready(poller.poll(put)), Some(()));
                let mut items = [first, second, queue.try_get().unwrap()];
                items.sort();
                assert_eq!(items, [1, 2, 3]);
            }

            /// A task that is cancelled while it waits would get an item all the same.
            #[test]
            fn a_get_that_is_dropped_in_line_takes_nothing() {
                let (queue, poller) = (Q::unbounded(), Poller::new());
                {
                    let mut get = pin!(queue.get());
                    assert!(poller.poll(get.as_mut()).is_pending());
                }
                queue.try_put(7).unwrap();
                assert_eq!(poller.wakes(), 0);
                assert_eq!(queue.try_get(), Ok(7));
            }

            /// The caller would send an item twice, or never.
            #[test]
            fn a_put_that_gives_up_says_whether_the_queue_has_its_item() {
                let (queue, poller) = (Q::bounded(1), Poller::new());
                let mut put = queue.put(1);
                assert_eq!(ready(poller.poll(Pin::new(&mut put))), Some(()));
                assert_eq!(put.into_item(), None);
                let mut in_line = queue.put(2);
                assert!(poller.poll(Pin::new(&mut in_line)).is_pending());
                assert_eq!(in_line.into_item(), Some(2));
                assert_eq!(queue.put(3).into_item(), Some(3));
                // Taken in, and not polled since.
                let mut taken_in = queue.put(4);
                assert!(poller.poll(Pin::new(&mut taken_in)).is_pending());
                queue.try_get().unwrap();
                assert_eq!(taken_in.into_item(), None);
                assert_eq!((queue.len(), queue.unfinished()), (1, 2));
                assert!(queue.is_full());
            }

            /// A task would wait for room for ever.
            #[test]
            fn room_that_is_not_used_goes_to_the_next_in_line() {
                let (queue, poller, next) = (Q::bounded(1), Poller::new(), Poller::new());
                queue.try_put(1).unwrap();
                let mut reserve = Box::pin(queue.reserve());
                let mut second = Box::pin(queue.reserve());
                let mut put = pin!(queue.put(2));
                assert!(poller.poll(reserve.as_mut()).is_pending());
                assert!(poller.poll(second.as_mut()).is_pending());
                assert!(next.poll(put.as_mut()).is_pending());
                assert_eq!(queue.try_get(), Ok(1));
                // The room is not that of another task, though the queue is empty.
                assert!(queue.is_empty() && queue.is_full());
                assert_eq!(queue.try_put(3), Err(TryPutError::Full(3)));
                drop(reserve);
                let permit = ready(poller.poll(second.as_mut())).unwrap();
                assert_eq!(next.wakes(), 0);
                drop(permit);
                assert_eq!(next.wakes(), 1);
                assert_eq!(ready(next.poll(put)), Some(()));
                assert_eq!(queue.try_get(), Ok(2));
                assert!(!queue.is_full());
            }

            /// A reservation would let more items in than there is room for, or the room of a used
            /// one would be lost.
            #[test]
            fn a_permit_is_room_for_one_item() {
                let (queue, poller) = (Q::bounded(2), Poller::new());
                let permit = ready(poller.poll(pin!(queue.reserve()))).unwrap();
                queue.try_put(1).unwrap();
                assert_eq!(queue.try_put(2), Err(TryPutError::Full(2)));
                permit.send(3);
                assert_eq!((queue.len(), queue.is_full()), (2, true));
                queue.try_get().unwrap();
                queue.try_get().unwrap();
                assert_eq!((queue.len(), queue.is_full()), (0, false));
                // One that is sent to a task in line leaves its room at once.
                let permit = ready(poller.poll(pin!(queue.reserve()))).unwrap();
                queue.try_put(4).unwrap();
                assert_eq!(queue.try_get(), Ok(4));
                let mut get = pin!(queue.get());
                assert!(poller.poll(get.as_mut()).is_pending());
                permit.send(5);
                assert_eq!(ready(poller.poll(get)), Some(5));
                assert!(!queue.is_full());
            }

            /// A task would starve.
            #[test]
            fn both_lines_are_served_first_come_first_served() {
                let queue = Q::bounded(1);
                let pollers = [(); 4].map(|()| Poller::new());
                let mut gets = [(); 4].map(|()| Box::pin(queue.get()));
                for (get, poller) in gets.iter_mut().zip(&pollers) {
                    assert!(poller.poll(get.as_mut()).is_pending());
                }
                for (item, (get, poller)) in (0..).zip(gets.iter_mut().zip(&pollers)) {
                    queue.try_put(item).unwrap();
                    assert_eq!(poller.wakes(), 1, "{item}");
                    assert_eq!(ready(poller.poll(get.as_mut())), Some(item));
                }
                queue.try_put(9).unwrap();
                let mut puts = [0, 1, 2, 3].map(|item| Box::pin(queue.put(item)));
                for (put, poller) in puts.iter_mut().zip(&pollers) {
                    assert!(poller.poll(put.as_mut()).is_pending());
                }
                for (put, poller) in puts.iter_mut().zip(&pollers) {
                    queue.try_get().unwrap();
                    assert_eq!(poller.wakes(), 1);
                    assert_eq!(ready(poller.poll(put.as_mut())), Some(()));
                }
                assert_eq!((queue.len(), queue.unfinished()), (1, 9));
            }

            /// A consumer would end before it has all items, or would hang.
            #[test]
            fn a_closed_queue_gives_its_items_and_then_ends() {
                let (queue, poller) = (Q::bounded(1), Poller::new());
                queue.try_put(1).unwrap();
                let mut put = queue.put(2);
                assert!(poller.poll(Pin::new(&mut put)).is_pending());
                let mut reserve = pin!(queue.reserve());
                assert!(poller.poll(reserve.as_mut()).is_pending());
                queue.close();
                queue.close();
                assert_eq!(poller.wakes(), 2);
                assert!(is_closed(poller.poll(Pin::new(&mut put))));
                assert_eq!(put.into_item(), Some(2));
                assert!(is_closed(poller.poll(reserve)));
                assert_eq!(queue.try_put(3), Err(TryPutError::Closed(3)));
                assert!(is_closed(poller.poll(pin!(queue.put(3)))));
                assert_eq!(ready(poller.poll(pin!(queue.get()))), Some(1));
                assert!(is_closed(poller.poll(pin!(queue.get()))));
                assert_eq!(poller.poll(pin!(queue.next())), Poll::Ready(None));
                assert_eq!(queue.try_get(), Err(TryGetError::Closed));
                assert!(queue.is_closed());
            }

            /// The item of a permit would be put into a queue that no consumer reads.
            #[test]
            fn a_closed_queue_does_not_end_before_its_permits() {
                for sends in [true, false] {
                    let (queue, poller, other) = (Q::bounded(1), Poller::new(), Poller::new());
                    let permit = ready(poller.poll(pin!(queue.reserve()))).unwrap();
                    let (mut get, mut second) = (pin!(queue.next()), pin!(queue.next()));
                    assert!(poller.poll(get.as_mut()).is_pending());
                    queue.close();
                    assert!(poller.poll(get.as_mut()).is_pending());
                    assert!(other.poll(second.as_mut()).is_pending());
                    assert_eq!(queue.try_get(), Err(TryGetError::Empty));
                    if sends {
                        permit.send(7);
                        assert_eq!(poller.poll(get), Poll::Ready(Some(7)));
                    } else {
                        drop(permit);
                        assert_eq!(poller.poll(get), Poll::Ready(None));
                    }
                    assert_eq!(other.wakes(), 1);
                    assert_eq!(other.poll(second), Poll::Ready(None));
                }
            }

            /// The last item would be left in the queue if the task that it was handed to is
            /// cancelled.
            #[test]
            fn a_closed_queue_does_not_end_while_its_last_item_may_come_back() {
                for takes in [true, false] {
                    let (queue, poller, other) = (Q::bounded(1), Poller::new(), Poller::new());
                    let mut first = Box::pin(queue.next());
                    let mut second = pin!(queue.next());
                    assert!(poller.poll(first.as_mut()).is_pending());
                    queue.try_put(7).unwrap();
                    queue.close();
                    assert!(other.poll(second.as_mut()).is_pending());
                    if takes {
                        assert_eq!(poller.poll(first.as_mut()), Poll::Ready(Some(7)));
                    } else {
                        drop(first);
                    }
                    assert_eq!(other.wakes(), 1);
                    assert_eq!(other.poll(second), Poll::Ready((!takes).then_some(7)));
                }
            }

            /// A future that moves to another task would wake the wrong one.
            #[test]
            fn the_latest_waker_is_woken() {
                let (queue, before, after) = (Q::bounded(1), Poller::new(), Poller::new());
                let mut get = pin!(queue.get());
                assert!(before.poll(get.as_mut()).is_pending());
                assert!(after.poll(get.as_mut()).is_pending());
                queue.try_put(1).unwrap();
                assert_eq!((before.wakes(), after.wakes()), (0, 1));
                assert_eq!(ready(after.poll(get)), Some(1));
                queue.try_put(2).unwrap();
                let (mut put, mut join) = (pin!(queue.put(3)), pin!(queue.join()));
                for poller in [&before, &after] {
                    assert!(poller.poll(put.as_mut()).is_pending());
                    assert!(poller.poll(join.as_mut()).is_pending());
                }
                queue.try_get().unwrap();
                assert_eq!((before.wakes(), after.wakes()), (0, 1));
                (0..3).for_each(|_| queue.task_done().unwrap());
                assert_eq!((before.wakes(), after.wakes()), (0, 1));
            }

            /// One broken future would take others with it.
            #[test]
            fn a_waker_that_panics_harms_only_its_own_future() {
                let (queue, poller) = (Q::unbounded(), Poller::new());
                let panics = Waker::from(Arc::new(Panics));
                let (mut first, mut second) = (pin!(queue.next()), pin!(queue.next()));
                assert!(first.as_mut().poll(&mut Context::from_waker(&panics)).is_pending());
                assert!(poller.poll(second.as_mut()).is_pending());
                let ((), lines) = logged(|| queue.close());
                assert_eq!(lines.len(), 1, "{lines:?}");
                assert_eq!(poller.wakes(), 1);
            }

            /// An item, or room, would be lost that is granted in a poll whose waker panics.
            #[test]
            fn a_waker_that_panics_in_its_drop_loses_no_item_and_no_room() {
                for is_in_line in [false, true] {
                    let (queue, poller) = (Q::bounded(1), Poller::new());
                    let mut get = queue.get();
                    assert!(!is_in_line || poller.poll(Pin::new(&mut get)).is_pending());
                    let puts = queue.clone();
                    let got = poll_served_in_the_clone(&mut get, move || puts.try_put(7).unwrap());
                    assert_eq!(ready(got), Some(7));

                    queue.try_put(8).unwrap();
                    let mut reserve = queue.reserve();
                    assert!(!is_in_line || poller.poll(Pin::new(&mut reserve)).is_pending());
                    let gets = queue.clone();
                    let reserved = poll_served_in_the_clone(&mut reserve, move || { let _ = gets.try_get(); });
                    drop(ready(reserved).unwrap());

                    queue.try_put(9).unwrap();
                    let mut put = queue.put(10);
                    assert!(!is_in_line || poller.poll(Pin::new(&mut put)).is_pending());
                    let gets = queue.clone();
                    let put = poll_served_in_the_clone(&mut put, move || { let _ = gets.try_get(); });
                    assert_eq!((ready(put), queue.len()), (Some(()), 1));
                    queue.try_get().unwrap();

                    let mut join = queue.join();
                    assert!(!is_in_line || poller.poll(Pin::new(&mut join)).is_pending());
                    let done = queue.clone();
                    let joined =
                        poll_served_in_the_clone(&mut join, move || (0..4).for_each(|_| done.task_done().unwrap()));
                    assert!(joined.is_ready());
                }
            }

            /// Room would be lost with a task that is cancelled in line.
            #[test]
            fn a_wait_in_line_whose_waker_panics_in_its_drop_leaves_the_line() {
                let (queue, poller) = (Q::bounded(1), Poller::new());
                queue.try_put(1).unwrap();
                let waker = waker_whose_clone_panics_in_its_drop(|| {});
                let mut reserve = queue.reserve();
                assert!(Pin::new(&mut reserve).poll(&mut Context::from_waker(&waker)).is_pending());
                let mut behind = queue.reserve();
                assert!(poller.poll(Pin::new(&mut behind)).is_pending());
                let ((), lines) = logged(|| drop(reserve));
                assert_eq!(lines, ["ERROR gen: a waker panicked: a waker panics in its drop"]);
                queue.try_get().unwrap();
                assert_eq!(poller.wakes(), 1);
                drop(ready(poller.poll(Pin::new(&mut behind))).unwrap());

                queue.try_put(2).unwrap();
                let waker = waker_whose_clone_panics_in_its_drop(|| {});
                let mut put = queue.put(3);
                assert!(Pin::new(&mut put).poll(&mut Context::from_waker(&waker)).is_pending());
                let (item, lines) = logged(|| put.into_item());
                assert_eq!((item, lines.len()), (Some(3), 1));
            }

            /// The item would be lost, and its task could not send it again.
            #[test]
            fn a_put_whose_waker_panics_keeps_its_item() {
                let (queue, poller) = (Q::bounded(1), Poller::new());
                queue.try_put(1).unwrap();
                // Its first use is the clone.
                let is_first = AtomicBool::new(true);
                let waker = waker_with_hook(move || {
                    assert!(!is_first.swap(false, Relaxed), "a waker panics when it is cloned");
                });
                let mut put = queue.put(2);
                let polled = catch_unwind(AssertUnwindSafe(|| {
                    let mut cx = Context::from_waker(&waker);
                    drop(Pin::new(&mut put).poll(&mut cx));
                }));
                assert!(polled.is_err());
                assert!(poller.poll(Pin::new(&mut put)).is_pending());
                assert_eq!(put.into_item(), Some(2));
            }

            /// A waker may do anything: the thread would hang.
            #[test]
            fn a_waker_may_use_the_queue_when_it_is_cloned_woken_or_dropped() {
                let (queue, uses) = (Q::bounded(1), Arc::new(AtomicUsize::new(0)));
                let (seen, used) = (queue.clone(), uses.clone());
                let waker = waker_with_hook(move || {
                    used.fetch_add(seen.capacity().unwrap() + seen.len(), Relaxed);
                });
                let mut cx = Context::from_waker(&waker);
                {
                    let (mut get, mut dropped) = (pin!(queue.get()), pin!(queue.get()));
                    assert!(get.as_mut().poll(&mut cx).is_pending());
                    assert!(dropped.as_mut().poll(&mut cx).is_pending());
                    queue.try_put(1).unwrap();
                    assert_eq!(ready(get.poll(&mut cx)), Some(1));
                }
                queue.try_put(2).unwrap();
                let (mut put, mut join) = (pin!(queue.put(3)), pin!(queue.join()));
                assert!(put.as_mut().poll(&mut cx).is_pending());
                assert!(join.as_mut().poll(&mut cx).is_pending());
                queue.try_get().unwrap();
                (0..3).for_each(|_| queue.task_done().unwrap());
                assert!(join.poll(&mut cx).is_ready());
                let before = uses.load(Relaxed);
                assert!(before >= 8, "{before}");
            }

            /// `join` would end too early, or never.
            #[test]
            fn a_join_ends_with_the_last_item_that_is_done() {
                let (queue, poller, other) = (Q::unbounded(), Poller::new(), Poller::new());
                assert!(poller.poll(pin!(queue.join())).is_ready());
                let too_often: Result<(), TaskDoneError> = queue.task_done();
                assert!(too_often.is_err());
                (0..2).for_each(|item| queue.try_put(item).unwrap());
                let (mut first, mut second) = (pin!(queue.join()), pin!(queue.join()));
                {
                    let mut dropped = pin!(queue.join());
                    assert!(poller.poll(dropped.as_mut()).is_pending());
                }
                assert!(poller.poll(first.as_mut()).is_pending());
                assert!(other.poll(second.as_mut()).is_pending());
                queue.try_get().unwrap();
                queue.try_get().unwrap();
                queue.task_done().unwrap();
                assert_eq!((poller.wakes(), queue.unfinished()), (0, 1));
                queue.task_done().unwrap();
                assert_eq!((poller.wakes(), other.wakes()), (1, 1));
                // An item that is put now is for those that join now.
                queue.try_put(3).unwrap();
                assert!(poller.poll(first).is_ready() && other.poll(second).is_ready());
                assert!(poller.poll(pin!(queue.join())).is_pending());
            }

            /// A stream that is dropped would take an item with it.
            #[test]
            fn a_stream_gives_all_items_and_keeps_none() {
                let (queue, poller) = (Q::unbounded(), Poller::new());
                let mut stream = queue.stream();
                assert!(poller.poll(pin!(stream.next())).is_pending());
                queue.try_put(1).unwrap();
                assert_eq!(poller.poll(pin!(stream.next())), Poll::Ready(Some(1)));
                assert!(poller.poll(pin!(stream.next())).is_pending());
                queue.try_put(2).unwrap();
                assert!(queue.is_empty());
                drop(stream);
                queue.close();
                assert_eq!(gen::block_on(queue.stream().collect::<Vec<_>>()), [2]);
            }

            /// Tasks on several threads would lose items, or get some twice.
            #[test]
            fn producers_and_consumers_share_a_queue_on_each_executor() {
                const EACH: u32 = 100;
                #[gen::coroutine]
                fn produce(queue: Q, first: u32) -> gen::Result {
                    for item in first..first + EACH {
                        match item % 3 {
                            0 => yield_!(queue.reserve())?.send(item),
                            _ => yield_!(queue.put(item))?,
                        }
                    }
                    Ok(())
                }
                #[gen::coroutine]
                fn consume(queue: Q) -> gen::Result<Vec<u32>> {
                    let mut items = Vec::new();
                    while let Some(item) = yield_!(queue.next())? {
                        items.push(item);
                        queue.task_done()?;
                    }
                    Ok(items)
                }
                let mut items = run(async {
                    let queue = Q::bounded(3);
                    let consumers = [(); 3].map(|()| spawn(consume(queue.clone())));
                    let producers = [0, EACH, 2 * EACH].map(|first| spawn(produce(queue.clone(), first)));
                    for producer in producers {
                        producer.await?;
                    }
                    queue.join().await;
                    queue.close();
                    let mut items = Vec::new();
                    for consumer in consumers {
                        items.extend(consumer.await?);
                    }
                    Ok(items)
                });
                items.sort();
                assert_eq!(items, (0..3 * EACH).collect::<Vec<_>>());
            }
        }
    )+};
}

of_each_queue! {
    queue: Queue;
    priority_queue: PriorityQueue;
    stack: Stack;
}

/// Drops the futures of two items that were handed over, in both orders. Returns the items in the
/// order in which the queue gives them then.
macro_rules! that_came_back {
    ($queue:ident, $later:expr) => {
        [[0, 1], [1, 0]].map(|order| {
            let (queue, poller) = ($queue::unbounded(), Poller::new());
            let mut gets = [(); 2].map(|()| Some(Box::pin(queue.get())));
            for get in gets.iter_mut().flatten() {
                assert!(poller.poll(get.as_mut()).is_pending());
            }
            for item in [1, 2, $later] {
                queue.try_put(item).unwrap();
            }
            order.iter().for_each(|&at| drop(gets[at].take()));
            [(); 3].map(|()| queue.try_get().unwrap())
        })
    };
}

/// A consumer would see items of one producer in another order if a task is cancelled.
#[test]
fn items_that_come_back_are_where_they_were() {
    assert_eq!(that_came_back!(Queue, 3), [[1, 2, 3]; 2]);
    assert_eq!(that_came_back!(Stack, 3), [[3, 2, 1]; 2]);
    assert_eq!(that_came_back!(PriorityQueue, 0), [[0, 1, 2]; 2]);
}

/// Is compared by its first number only.
#[derive(Debug, Clone, Copy)]
struct Rank(u32, u32);

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        assert_ne!((self.0, other.0), (99, 99), "items of 99 cannot be compared");
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rank {}

/// An item might stay in the queue for as long as others of its priority come.
#[test]
fn of_items_with_one_priority_the_oldest_comes_first() {
    let queue = PriorityQueue::unbounded();
    for number in 0..100 {
        queue.try_put(Rank(number % 2, number)).unwrap();
    }
    let items: Vec<_> = std::iter::from_fn(|| queue.try_get().ok()).map(|item| item.1).collect();
    let expected: Vec<_> = (0..100).step_by(2).chain((1..100).step_by(2)).collect();
    assert_eq!(items, expected);
}

/// A comparison that panics would let other tasks wait for ever.
#[test]
fn an_order_that_panics_harms_only_its_caller() {
    let (queue, poller) = (PriorityQueue::bounded(1), Poller::new());
    queue.try_put(Rank(99, 0)).unwrap();
    let mut put = pin!(queue.put(Rank(99, 1)));
    assert!(poller.poll(put.as_mut()).is_pending());
    // The item of the put comes in, and is compared with the other one.
    assert!(catch_unwind(AssertUnwindSafe(|| queue.try_get())).is_err());
    assert_eq!(poller.wakes(), 1);
    assert_eq!(ready(poller.poll(put)), Some(()));
    assert_eq!(queue.len(), 2);
    queue.close();
    assert!(queue.is_closed());
}

/// An item would be lost whose call does not get it.
#[test]
fn an_order_that_panics_loses_no_item() {
    let queue = PriorityQueue::unbounded();
    for rank in [Rank(0, 0), Rank(99, 1), Rank(99, 2)] {
        queue.try_put(rank).unwrap();
    }
    assert!(catch_unwind(AssertUnwindSafe(|| queue.try_get())).is_err());
    assert_eq!((queue.len(), queue.unfinished()), (3, 3));
    let mut items: Vec<_> = std::iter::from_fn(|| queue.try_get().ok()).map(|item| item.1).collect();
    items.sort_unstable();
    assert_eq!(items, [0, 1, 2]);
}

/// Adds its number to a list when it is dropped, and looks at the queue.
struct Dropped(u32, Rc<RefCell<Vec<u32>>>, Queue<Dropped>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
        let _ = self.2.len();
    }
}

/// An item would be leaked, or its drop would hang.
#[test]
fn an_item_is_dropped_outside_of_the_lock() {
    let (queue, poller, dropped) = (Queue::bounded(1), Poller::new(), Rc::default());
    let item = |number| Dropped(number, Rc::clone(&dropped), queue.clone());
    {
        let (mut in_queue, mut in_line) = (pin!(queue.put(item(0))), pin!(queue.put(item(1))));
        assert!(poller.poll(in_queue.as_mut()).is_ready());
        assert!(poller.poll(in_line.as_mut()).is_pending());
    }
    assert_eq!(dropped.take(), [1]);
    drop(queue.put(item(2)));
    assert_eq!(dropped.take(), [2]);
    {
        let mut refused = pin!(queue.put(item(3)));
        let mut not_polled_since = pin!(queue.put(item(4)));
        assert!(poller.poll(refused.as_mut()).is_pending());
        assert!(poller.poll(not_polled_since.as_mut()).is_pending());
        queue.close();
        assert!(is_closed(poller.poll(refused)));
    }
    assert_eq!(dropped.take(), [4, 3]);
    // A queue in itself would be a leak of the test.
    drop(queue.try_get());
    assert_eq!(dropped.take(), [0]);
}

/// The mistake would be found only when all tasks hang.
#[test]
#[should_panic(expected = "a queue has room for one item at least")]
fn a_queue_without_room_is_refused() {
    drop(Queue::<u32>::bounded(0));
}
