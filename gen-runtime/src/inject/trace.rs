//! The sites at which a task is suspended.
//!
//! A trace request goes the way of a thrown error: to the queue of the task, and with the next poll
//! of the task to its yields. Each yield that checks and stays pending adds its site, the innermost
//! first. No yield takes the request. When it is dropped after the poll, it sends the sites.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::opaque::opaque_debug;
use crate::waiter::{oneshot, Receiver, Sender};
use crate::Site;

/// Waits for the sites at which a task is suspended.
/// [`JoinHandle::trace`](crate::JoinHandle::trace) returns it.
#[must_use = "a trace does nothing but hold the sites"]
pub struct TaskTrace {
    sites: Receiver<Vec<Site>>,
}

/// Collects the sites. Its drop sends them to the [`TaskTrace`].
pub(crate) struct TraceRequest {
    sites: Vec<Site>,
    sender: Sender<Vec<Site>>,
}

impl TraceRequest {
    pub(crate) fn new() -> (Self, TaskTrace) {
        let (sender, receiver) = oneshot();
        (TraceRequest { sites: Vec::new(), sender }, TaskTrace { sites: receiver })
    }

    /// Adds the site of a pending yield. Outer yields are added after inner ones.
    pub(crate) fn add(&mut self, site: Site) {
        self.sites.push(site);
    }
}

impl Future for TaskTrace {
    type Output = Vec<Site>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<Site>> {
        // It is empty if it was returned before, or if the task never got the request.
        Pin::new(&mut self.sites).poll(cx).map(Result::unwrap_or_default)
    }
}

impl Drop for TraceRequest {
    fn drop(&mut self) {
        self.sender.send(mem::take(&mut self.sites));
    }
}

opaque_debug!([] TaskTrace);

impl fmt::Debug for TraceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceRequest").field("sites", &self.sites).finish_non_exhaustive()
    }
}
