//! Where a task is suspended.
//!
//! The question goes the way of a thrown error: to the queue of the task, and with its next poll down to the innermost yield. Each yield on the way that stays pending, and looks, adds its site; nobody
//! takes the question, and when it is dropped it is answered.
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::report::contain;
use crate::sync::{lock, Mutex};
use crate::Site;

/// Waits for the sites where a task is suspended: made by [`JoinHandle::trace`](crate::JoinHandle::trace).
#[must_use = "a trace does nothing but hold the sites"]
pub struct TaskTrace {
    answer: Arc<Answer>,
}

/// Its drop is the answer.
pub(crate) struct TraceRequest {
    sites: Vec<Site>,
    answer: Arc<Answer>,
}

struct Answer {
    state: Mutex<State>,
}

enum State {
    Asked(Option<Waker>),
    Answered(Vec<Site>),
}

impl TraceRequest {
    pub(crate) fn new() -> (Self, TaskTrace) {
        let answer = Arc::new(Answer { state: Mutex::new(State::Asked(None)) });
        (TraceRequest { sites: Vec::new(), answer: Arc::clone(&answer) }, TaskTrace { answer })
    }

    /// A yield is suspended there, outside of those that have answered before.
    pub(crate) fn answer(&mut self, site: Site) {
        self.sites.push(site);
    }
}

impl Future for TaskTrace {
    type Output = Vec<Site>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<Site>> {
        // Cloned, and the old one dropped, outside of the lock: both may run anybody's code.
        let waker = cx.waker().clone();
        let before = match &mut *lock(&self.answer.state) {
            State::Answered(sites) => return Poll::Ready(mem::take(sites)),
            State::Asked(waiter) => waiter.replace(waker),
        };
        drop(before);
        Poll::Pending
    }
}

impl Drop for TraceRequest {
    fn drop(&mut self) {
        let answered = State::Answered(mem::take(&mut self.sites));
        let before = mem::replace(&mut *lock(&self.answer.state), answered);
        if let State::Asked(Some(waiter)) = before {
            contain("a waker", || waiter.wake());
        }
    }
}

impl fmt::Debug for TaskTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskTrace").finish_non_exhaustive()
    }
}

impl fmt::Debug for TraceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceRequest").field("sites", &self.sites).finish_non_exhaustive()
    }
}
