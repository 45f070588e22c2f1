//! A queue of work, after `tornado.queues`. Any free worker takes the next item, and `join` waits
//! until all items are done.
//!
//! The queue stays on one thread, so plain cells suffice. Its two waits are ordinary futures: any
//! future can be yielded.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A first-in, first-out queue without a limit.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: RefCell<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    /// The number of items that were put and not yet reported as done.
    unfinished: usize,
    closed: bool,
    /// The wakers of the tasks that wait in `get` or `join`. Each change wakes all of them: the
    /// queue has only a few users, and if a waiting task is dropped, the others are still woken.
    waiting: Vec<Waker>,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        let state = State { items: VecDeque::new(), unfinished: 0, closed: false, waiting: Vec::new() };
        Queue { state: RefCell::new(state) }
    }

    /// Adds an item. It counts as unfinished until [`task_done`](Self::task_done).
    pub(crate) fn put(&self, item: T) {
        let mut state = self.state.borrow_mut();
        state.items.push_back(item);
        state.unfinished += 1;
        state.wake_all();
    }

    /// Waits for the next item. Gives `None` when the queue is empty and closed.
    ///
    /// # Cancellation
    ///
    /// A wait that is dropped takes no item.
    pub(crate) fn get(&self) -> Get<'_, T> {
        Get { queue: self }
    }

    /// Reports that an item from the queue is done.
    pub(crate) fn task_done(&self) {
        let mut state = self.state.borrow_mut();
        debug_assert!(state.unfinished > state.items.len(), "`task_done` without an item that was taken");
        state.unfinished = state.unfinished.saturating_sub(1);
        if state.unfinished == 0 {
            state.wake_all();
        }
    }

    /// Waits until every item that was put has been reported as done.
    pub(crate) fn join(&self) -> Join<'_, T> {
        Join { queue: self }
    }

    /// Declares that no more items will be put. Once the queue is empty, `get` gives `None`.
    pub(crate) fn close(&self) {
        let mut state = self.state.borrow_mut();
        state.closed = true;
        state.wake_all();
    }
}

impl<T> State<T> {
    fn wake_all(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }

    fn wait(&mut self, cx: &mut Context<'_>) {
        if !self.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.waiting.push(cx.waker().clone());
        }
    }
}

/// The future of [`Queue::get`].
#[must_use = "nothing is taken until this is yielded"]
pub(crate) struct Get<'a, T> {
    queue: &'a Queue<T>,
}

impl<T> Future for Get<'_, T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.queue.state.borrow_mut();
        match state.items.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if state.closed => Poll::Ready(None),
            None => {
                state.wait(cx);
                Poll::Pending
            }
        }
    }
}

/// The future of [`Queue::join`].
#[must_use = "nothing is waited for until this is yielded"]
pub(crate) struct Join<'a, T> {
    queue: &'a Queue<T>,
}

impl<T> Future for Join<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.queue.state.borrow_mut();
        if state.unfinished == 0 {
            return Poll::Ready(());
        }
        state.wait(cx);
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::{block_on, poll_once, zip};

    #[test]
    fn items_come_out_in_the_order_they_went_in() {
        let queue = Queue::new();
        "abc".chars().for_each(|item| queue.put(item));
        queue.close();
        let out = block_on(async {
            let mut out = String::new();
            while let Some(item) = queue.get().await {
                out.push(item);
            }
            out
        });
        assert_eq!(out, "abc");
    }

    #[test]
    fn who_waits_in_get_is_woken_by_put_and_by_close() {
        let queue = Queue::new();
        let got = block_on(zip(async { (queue.get().await, queue.get().await) }, async {
            queue.put(1);
            queue.close();
        }));
        assert_eq!(got.0, (Some(1), None));
    }

    #[test]
    fn each_item_goes_to_one_of_those_who_wait() {
        let queue = Queue::new();
        let got = block_on(zip(zip(queue.get(), queue.get()), async {
            queue.put('a');
            queue.put('b');
        }));
        assert_eq!(got.0, (Some('a'), Some('b')));
    }

    #[test]
    fn join_waits_for_what_was_taken_as_well_as_for_what_is_left() {
        let queue = Queue::new();
        queue.put('a');
        queue.put('b');
        block_on(async {
            assert!(poll_once(queue.join()).await.is_none(), "both are left");
            queue.get().await;
            queue.get().await;
            assert!(poll_once(queue.join()).await.is_none(), "both are being worked on");
            queue.task_done();
            assert!(poll_once(queue.join()).await.is_none(), "one is being worked on");
            queue.task_done();
            assert!(poll_once(queue.join()).await.is_some());
        });
    }

    #[test]
    fn who_waits_in_join_is_woken_by_the_last_task_done() {
        let queue = Queue::new();
        queue.put('a');
        block_on(zip(queue.join(), async {
            queue.get().await;
            queue.task_done();
        }));
    }

    #[test]
    fn a_wait_that_was_dropped_takes_nothing() {
        let queue = Queue::new();
        block_on(async {
            assert!(poll_once(queue.get()).await.is_none());
            queue.put('a');
            assert_eq!(queue.get().await, Some('a'));
        });
    }
}
