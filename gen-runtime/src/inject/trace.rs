//! The request for the sites at which a task is suspended.
//!
//! A trace request goes the way of a thrown error: to the queue of the task, and with the next poll
//! of the task to its yields, as a [`Question`]. After the poll the answer is sent. If the task
//! ends without such a poll, the drop of the request is the answer.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::in_flight::say;
use super::question::{Ask, Question, WaitsFor};
use crate::opaque::opaque_debug;
use crate::waiter::{oneshot, Receiver, Sender};
use crate::Site;

/// Waits for the sites at which a task is suspended.
/// [`JoinHandle::trace`](crate::JoinHandle::trace) returns it.
#[must_use = "a trace does nothing but hold the sites"]
pub struct TaskTrace {
    sites: Receiver<Vec<Site>>,
}

/// A question for the chain of a task, and the place for the answer.
pub(crate) struct TraceRequest {
    sites: Sender<Vec<Site>>,
}

impl TraceRequest {
    pub(crate) fn new() -> (Self, TaskTrace) {
        let (sender, receiver) = oneshot();
        (TraceRequest { sites: sender }, TaskTrace { sites: receiver })
    }

    /// Whether the receiver of the answer is still there.
    pub(crate) fn is_awaited(&self) -> bool {
        self.sites.is_awaited()
    }

    /// The question for one poll.
    pub(crate) fn question(&self) -> Question {
        Question::new(Ask::Chain)
    }

    /// Called after that poll.
    pub(crate) fn answer(self, question: &Question) {
        self.sites.send(question.sites());
    }
}

impl Future for TaskTrace {
    type Output = Vec<Site>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<Site>> {
        let polled = Pin::new(&mut self.sites).poll(cx);
        if polled.is_pending() {
            say(&*self, cx.waker(), 1, |_| WaitsFor::Dump);
        }
        // There are none if they were returned before, or if the task never got the request.
        Poll::Ready(ready!(polled).unwrap_or_default())
    }
}

opaque_debug!([] TaskTrace);
