//! Where a task is suspended.
//!
//! The question goes the way of a thrown error: to the queue of the task, and with its next poll down to the innermost yield. Each yield on the way that stays pending, and looks, adds its site; nobody
//! takes the question, and when it is dropped it is answered.
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::waiter::{oneshot, Receiver, Sender};
use crate::Site;

/// Waits for the sites where a task is suspended: made by [`JoinHandle::trace`](crate::JoinHandle::trace).
#[must_use = "a trace does nothing but hold the sites"]
pub struct TaskTrace {
    answer: Receiver<Vec<Site>>,
}

/// Its drop is the answer.
pub(crate) struct TraceRequest {
    sites: Vec<Site>,
    answer: Sender<Vec<Site>>,
}

impl TraceRequest {
    pub(crate) fn new() -> (Self, TaskTrace) {
        let (sender, answer) = oneshot();
        (TraceRequest { sites: Vec::new(), answer: sender }, TaskTrace { answer })
    }

    /// A yield is suspended there, outside of those that have answered before.
    pub(crate) fn answer(&mut self, site: Site) {
        self.sites.push(site);
    }
}

impl Future for TaskTrace {
    type Output = Vec<Site>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<Site>> {
        // A trace that was taken before is empty.
        Pin::new(&mut self.answer).poll(cx).map(Result::unwrap_or_default)
    }
}

impl Drop for TraceRequest {
    fn drop(&mut self) {
        self.answer.send(mem::take(&mut self.sites));
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
