//! [`Steps`]: the steps whose closures run in this process.
//!
//! | event | a step |
//! |---|---|
//! | its closure is called | is added, and queued for its first poll |
//! | its waker is woken, from any thread | is queued, unless it is already, and the driver is woken |
//! | the driver polls the steps | is taken from the queue, if it is there, and polled once |
//! | it ends, or nothing waits for it any more | is removed |
//!
//! So a driver with many steps handles only those that go on.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::core::{enter, Closure, Run};
use crate::driver_waker::DriverWaker;
use crate::journal::{Outcome, Ticket};

pub(crate) struct Steps {
    running: BTreeMap<Ticket, Running>,
    queue: Arc<Queue>,
}

struct Running {
    run: Run,
    waker: Arc<StepWaker>,
}

/// The steps that are to be polled, in the order of their wakes.
struct Queue {
    tickets: Mutex<Vec<Ticket>>,
    driver: Arc<DriverWaker>,
}

struct StepWaker {
    ticket: Ticket,
    is_queued: AtomicBool,
    queue: Arc<Queue>,
}

impl Steps {
    pub(crate) fn new(driver: Arc<DriverWaker>) -> Self {
        let queue = Queue { tickets: Mutex::default(), driver };
        Steps { running: BTreeMap::new(), queue: Arc::new(queue) }
    }

    /// Calls the closure of a step, which sees no journal.
    pub(crate) fn begin(&mut self, ticket: Ticket, closure: Closure) {
        let _entered = enter(None);
        let run = closure();
        let queue = Arc::clone(&self.queue);
        let waker = Arc::new(StepWaker { ticket, is_queued: AtomicBool::new(true), queue });
        self.running.insert(ticket, Running { run, waker });
        self.queue.push(ticket);
    }

    /// Drops a step, if it runs.
    pub(crate) fn remove(&mut self, ticket: Ticket) {
        let step = self.running.remove(&ticket);
        let _entered = enter(None);
        drop(step);
    }

    /// Drops all steps.
    pub(crate) fn clear(&mut self) {
        let steps = mem::take(&mut self.running);
        let _entered = enter(None);
        drop(steps);
    }

    /// Polls the steps that are queued, and returns the outcomes of those that end.
    pub(crate) fn poll(&mut self) -> Vec<(Ticket, Outcome)> {
        let mut ended = Vec::new();
        for ticket in self.queue.take() {
            if let Poll::Ready(outcome) = self.poll_one(ticket) {
                self.remove(ticket);
                ended.push((ticket, outcome));
            }
        }
        ended
    }

    fn poll_one(&mut self, ticket: Ticket) -> Poll<Outcome> {
        let Some(Running { run, waker }) = self.running.get_mut(&ticket) else { return Poll::Pending };
        // A wake during the poll queues it again.
        waker.is_queued.swap(false, Ordering::AcqRel);
        let waker = Waker::from(Arc::clone(waker));
        let _entered = enter(None);
        run.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

impl Queue {
    fn push(&self, ticket: Ticket) {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner).push(ticket);
    }

    fn take(&self) -> Vec<Ticket> {
        mem::take(&mut *self.tickets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Wake for StepWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::AcqRel) {
            self.queue.push(self.ticket);
            self.queue.driver.notify();
        }
    }
}
