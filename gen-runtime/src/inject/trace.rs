//! Requests to a task: where is it suspended, and what does it wait for?
//!
//! A request goes the way of a thrown error: to the queue of the task, and with the next poll of
//! the task to its yields, as a [`Question`]. After the poll the answer is sent. If the task ends
//! without such a poll, the drop of the request ends the wait for the answer.
//!
//! | request | made by | answer | if the task ends in the poll |
//! |---|---|---|---|
//! | `Chain` | [`JoinHandle::trace`](crate::JoinHandle::trace) | the sites of the chain | no sites |
//! | `Tree` | a dump of a `TaskTracker` | the whole wait. The waker of the poll is the usual one, so it is not known how many wakers a foreign future keeps | `None` |

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::answering::say;
use super::question::{Ask, Question, Shown, Waiting, WaitsFor};
use crate::opaque::opaque_debug;
use crate::waiter::{oneshot, Receiver, Sender};
use crate::Site;

/// Waits for the sites at which a task is suspended.
/// [`JoinHandle::trace`](crate::JoinHandle::trace) returns it.
#[must_use = "a trace does nothing but hold the sites"]
pub struct TaskTrace {
    sites: Receiver<Vec<Site>>,
}

/// Waits for the whole wait of a task; `None` if the task has ended in the poll that has asked it.
#[cfg(all(feature = "tokio", not(loom)))]
pub(crate) type TaskWait = Receiver<Option<Waiting>>;

/// A question for one task, and the place for the answer.
// Only tasks on tokio are asked for a whole wait in this way.
#[cfg_attr(any(loom, not(feature = "tokio")), allow(dead_code))]
pub(crate) enum TraceRequest {
    Chain(Sender<Vec<Site>>),
    Tree {
        shown: Shown,
        /// The type of the body of the task.
        body: &'static str,
        wait: Sender<Option<Waiting>>,
    },
}

impl TraceRequest {
    pub(crate) fn new() -> (Self, TaskTrace) {
        let (sender, receiver) = oneshot();
        (TraceRequest::Chain(sender), TaskTrace { sites: receiver })
    }

    /// Makes a request for the whole wait of a task whose body has the type `body`.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn for_tree(shown: Shown, body: &'static str) -> (Self, TaskWait) {
        let (wait, receiver) = oneshot();
        (TraceRequest::Tree { shown, body, wait }, receiver)
    }

    /// Whether the receiver of the answer is still there.
    pub(crate) fn is_awaited(&self) -> bool {
        match self {
            TraceRequest::Chain(sites) => sites.is_awaited(),
            TraceRequest::Tree { wait, .. } => wait.is_awaited(),
        }
    }

    /// The question for one poll.
    pub(crate) fn question(&self) -> Question {
        Question::new(match self {
            TraceRequest::Chain(_) => Ask::Chain,
            TraceRequest::Tree { shown, .. } => Ask::Tree(*shown),
        })
    }

    /// Called after that poll. Only the first answer counts.
    pub(crate) fn answer(self, question: Question) {
        match self {
            TraceRequest::Chain(sites) => sites.send(question.sites()),
            TraceRequest::Tree { body, wait, .. } => wait.send(Some(question.into_tree(None, body))),
        }
    }

    /// Called before [`answer`](Self::answer) if the task has ended in that poll.
    pub(crate) fn answer_end(&self) {
        match self {
            TraceRequest::Chain(sites) => sites.send(Vec::new()),
            TraceRequest::Tree { wait, .. } => wait.send(None),
        }
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
