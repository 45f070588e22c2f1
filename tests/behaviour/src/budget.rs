//! A budget for one poll of a task, like that of tokio's tasks.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Poll, Waker};

use crate::Poller;

/// Allows a limited number of resources to be ready in one poll of a task. A resource beyond that
/// number is woken when the poll is over.
pub struct Budget {
    size: usize,
    left: Cell<usize>,
    polls: Cell<usize>,
    deferred: RefCell<Vec<Waker>>,
    due: RefCell<Vec<Waker>>,
}

impl Budget {
    /// Creates a budget of `size` resources for each poll.
    pub fn of(size: usize) -> Self {
        Budget {
            size,
            left: Cell::new(size),
            polls: Cell::new(0),
            deferred: RefCell::default(),
            due: RefCell::default(),
        }
    }

    /// Polls a resource, and returns whether it is ready. A resource that is not due is woken when
    /// the task has nothing else to do.
    pub fn poll(&self, is_due: bool, waker: &Waker) -> bool {
        self.polls.set(self.polls.get() + 1);
        if !is_due {
            self.due.borrow_mut().push(waker.clone());
            return false;
        }
        let left = self.left.get().checked_sub(1);
        match left {
            Some(left) => self.left.set(left),
            None => self.deferred.borrow_mut().push(waker.clone()),
        }
        left.is_some()
    }

    /// The number of polls of resources since the last call.
    pub fn polls(&self) -> usize {
        self.polls.take()
    }

    /// Runs a task to its end.
    ///
    /// # Panics
    ///
    /// If the task waits for anything but these resources.
    pub fn run<F: Future>(&self, mut task: Pin<&mut F>) -> F::Output {
        let poller = Poller::new();
        loop {
            self.left.set(self.size);
            if let Poll::Ready(output) = poller.poll(task.as_mut()) {
                return output;
            }
            self.deferred.take().into_iter().for_each(Waker::wake);
            if poller.wakes() == 0 {
                self.due.take().into_iter().for_each(Waker::wake);
                assert_ne!(poller.wakes(), 0, "nobody has woken the task");
            }
        }
    }
}
