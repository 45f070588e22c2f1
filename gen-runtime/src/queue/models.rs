//! Loom models of the queues: puts, gets, hand-overs and drops on two threads, in every order that
//! the memory model allows.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p gen-runtime --lib --release models`
//!
//! A lost wake is a deadlock, which loom reports.

use std::future::Future;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::thread;

use super::{PriorityQueue, Queue};

/// Two threads at once: one of them runs `other`. Returns the result of both.
fn against<R: 'static, O: 'static>(
    queue: &Queue<u32>,
    other: impl FnOnce(&Queue<u32>) -> O + 'static,
    run: impl FnOnce(&Queue<u32>) -> R,
) -> (R, O) {
    let theirs = queue.clone();
    let thread = thread::spawn(move || other(&theirs));
    let result = run(queue);
    (result, thread.join().unwrap())
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn items_arrive_in_their_order_though_there_is_room_for_one() {
    loom::model(|| {
        let put = |queue: &Queue<u32>| (0..3).for_each(|item| block_on(queue.put(item)).unwrap());
        let get = |queue: &Queue<u32>| [(); 3].map(|()| block_on(queue.get()).unwrap());
        assert_eq!(against(&Queue::bounded(1), put, get).0, [0, 1, 2]);
    });
}

/// An item may be handed to a future while it is dropped.
#[test]
fn a_get_that_is_dropped_loses_no_item() {
    loom::model(|| {
        let queue = Queue::unbounded();
        let put = |queue: &Queue<u32>| queue.try_put(7).unwrap();
        let get = |queue: &Queue<u32>| {
            let dropped = poll(pin!(queue.get()));
            match dropped {
                Poll::Ready(item) => item.unwrap(),
                Poll::Pending => block_on(queue.get()).unwrap(),
            }
        };
        assert_eq!(against(&queue, put, get).0, 7);
    });
}

/// The future moves to another task while its item is handed over.
#[test]
fn an_item_reaches_the_latest_waker() {
    loom::model(|| {
        let put = |queue: &Queue<u32>| queue.try_put(7).unwrap();
        let get = |queue: &Queue<u32>| {
            let mut future = pin!(queue.get());
            match poll(future.as_mut()) {
                Poll::Ready(item) => item.unwrap(),
                Poll::Pending => block_on(future).unwrap(),
            }
        };
        assert_eq!(against(&Queue::unbounded(), put, get).0, 7);
    });
}

/// The item is taken in, or it comes back: never both, and never neither.
#[test]
fn a_put_that_gives_up_knows_whether_its_item_is_in_the_queue() {
    loom::model(|| {
        let queue = Queue::bounded(1);
        queue.try_put(1).unwrap();
        let put = |queue: &Queue<u32>| {
            let mut put = queue.put(2);
            let _ = poll(Pin::new(&mut put));
            put.into_item()
        };
        let (first, back) = against(&queue, put, |queue| queue.try_get().unwrap());
        assert_eq!(first, 1);
        assert_eq!(back.or(queue.try_get().ok()), Some(2));
        assert!(queue.is_empty());
    });
}

/// Room may be granted to a future while it is dropped.
#[test]
fn a_reservation_that_is_dropped_lets_the_next_put_go_on() {
    loom::model(|| {
        let queue = Queue::bounded(1);
        queue.try_put(1).unwrap();
        let put = |queue: &Queue<u32>| {
            drop(poll(pin!(queue.reserve())));
            block_on(queue.put(2)).unwrap();
        };
        let get = |queue: &Queue<u32>| [(); 2].map(|()| block_on(queue.get()).unwrap());
        assert_eq!(against(&queue, put, get).0, [1, 2]);
    });
}

#[test]
fn a_close_ends_each_wait() {
    loom::model(|| {
        let get = |queue: &Queue<u32>| block_on(queue.next());
        assert_eq!(against(&Queue::unbounded(), Queue::close, get).0, None);
    });
    loom::model(|| {
        let queue = Queue::bounded(1);
        queue.try_put(1).unwrap();
        let put = |queue: &Queue<u32>| {
            let mut put = queue.put(2);
            (block_on(&mut put).is_err(), put.into_item())
        };
        assert_eq!(against(&queue, Queue::close, put).0, (true, Some(2)));
    });
}

/// The other getter has the last item in its hands, and is dropped.
#[test]
fn the_last_item_of_a_closed_queue_is_not_left_behind() {
    loom::model(|| {
        let get_and_drop = |queue: &Queue<u32>| matches!(poll(pin!(queue.next())), Poll::Ready(Some(_)));
        let close = |queue: &Queue<u32>| {
            queue.try_put(7).unwrap();
            queue.close();
            block_on(queue.next()).is_some()
        };
        let (ours, theirs) = against(&Queue::unbounded(), get_and_drop, close);
        assert_ne!(ours, theirs);
    });
}

#[test]
fn the_last_item_that_is_done_ends_a_join() {
    loom::model(|| {
        let queue = Queue::unbounded();
        queue.try_put(7).unwrap();
        against(&queue, |queue| queue.task_done().unwrap(), |queue| block_on(queue.join()));
    });
}

#[test]
fn the_smallest_item_comes_first() {
    loom::model(|| {
        let queue = PriorityQueue::bounded(2);
        let theirs = queue.clone();
        let thread = thread::spawn(move || [2, 1].map(|item| theirs.try_put(item).unwrap()));
        let first = block_on(queue.get()).unwrap();
        thread.join().unwrap();
        assert_eq!(queue.try_get().unwrap() + first, 3);
    });
}
