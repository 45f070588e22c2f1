//! [`Tracker`]: the tasks that a shutdown ends, and that a dump asks.
//!
//! | event | function | what happens |
//! |---|---|---|
//! | a task is suspended in its first step | `track` | it is added. If a shutdown has begun, it is cancelled |
//! | its shell has ended or was dropped | the drop of `Tracked` | it is removed. The removal of the last task ends the waits |
//! | a shutdown begins | `cancel_all` | every task is cancelled |
//! | the shutdown waits | `ended` | its wait is added, unless no task is left |
//! | a dump begins | `ask_all` | every task is asked for its wait, and answers in its next poll |
//! | the shutdown is over, or its time is | `unfinished` | the waits that were given up are forgotten, and the tasks that are left are returned |
//!
//! A task that is not tracked pays for one comparison.

use std::future::Future;
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll, Waker};

use super::hosted_task::HostedRef;
use crate::executor::answers::{TaskAnswer, TaskAsked};
use crate::executor::injection::Injection;
use crate::inject::question::{AboutTask, Answer, Shown, WentOn};
use crate::inject::{end_channel, Cancellation, EndSenders, Ended, TaskTrace, TaskWait, TraceRequest};
use crate::shims::{lock, Mutex};

#[derive(Default)]
pub(crate) struct Tracker(Mutex<State>);

#[derive(Default)]
struct State {
    /// The tasks, at places that are used again.
    tasks: Vec<Option<TrackedTask>>,
    free: Vec<usize>,
    /// The cancellation, once a shutdown has begun.
    request: Option<Cancellation>,
    /// Of the futures that wait until no task is left.
    end_senders: EndSenders,
}

/// A task that has not ended.
#[derive(Clone)]
pub(crate) struct TrackedTask {
    task: HostedRef,
    pub(crate) spawned_at: &'static Location<'static>,
}

impl TrackedTask {
    fn deliver(&self, injection: Injection) {
        // A task that has ended meanwhile gives it back.
        drop(self.task.deliver(injection, EndSenders::default()));
    }

    pub(crate) fn trace(&self) -> TaskTrace {
        let (request, trace) = TraceRequest::new();
        self.deliver(Injection::TraceRequest(request));
        trace
    }

    fn ask(self, shown: Shown) -> AskedTask {
        let (request, wait) = TraceRequest::for_tree(shown, self.task.body_type());
        self.deliver(Injection::TraceRequest(request));
        AskedTask { task: self, reply: Reply::Awaited(wait) }
    }
}

/// A task that was asked for its wait.
///
/// It refers to the task, so that no other task gets the same tag before all have answered.
pub(crate) struct AskedTask {
    task: TrackedTask,
    reply: Reply,
}

enum Reply {
    Awaited(TaskWait),
    /// `None` if the task had ended before it was asked.
    Came(Option<TaskAsked>),
}

impl AskedTask {
    /// Ready when the task has answered, or has ended.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Reply::Awaited(wait) = &mut self.reply {
            let asked = ready!(Pin::new(wait).poll(cx)).ok().map(|waiting| match waiting {
                // The request itself has woken the task. So it is not known whether anything else
                // had, and that it went on says nothing.
                Some(waiting) => {
                    TaskAsked::Suspended { answer: Answer { waiting, went_on: WentOn::No }, was_woken: false }
                }
                None => TaskAsked::Ended { went_on: WentOn::No, was_woken: true },
            });
            self.reply = Reply::Came(asked);
        }
        Poll::Ready(())
    }

    /// The answer, if it has come. `None` if the task had ended before it was asked.
    pub(crate) fn into_answer(mut self) -> Option<TaskAnswer> {
        let _ = self.poll(&mut Context::from_waker(Waker::noop()));
        let asked = match self.reply {
            Reply::Awaited(_) => TaskAsked::Running,
            Reply::Came(asked) => asked?,
        };
        let TrackedTask { task, spawned_at } = &self.task;
        let about = AboutTask { body: task.body_type(), spawned_at: Some(spawned_at) };
        Some(TaskAnswer { tag: task.tag(), about, is_root: false, asked })
    }
}

impl Tracker {
    /// Adds a task, until the guard is dropped.
    pub(crate) fn track(
        self: &Arc<Self>,
        task: HostedRef,
        spawned_at: &'static Location<'static>,
    ) -> Tracked {
        let task = TrackedTask { task, spawned_at };
        let (at, request) = {
            let mut state = lock(&self.0);
            (state.insert(task.clone()), state.request.clone())
        };
        // Outside of the lock: a delivery may call a waker.
        if let Some(request) = request {
            task.deliver(Injection::Cancel(request));
        }
        Tracked { tracker: Arc::clone(self), at }
    }

    /// Cancels every task, and those that come later.
    pub(crate) fn cancel_all(&self, request: &Cancellation) {
        let tasks: Vec<_> = {
            let mut state = lock(&self.0);
            state.request.get_or_insert_with(|| request.clone());
            // Under the same lock, so that a task either is in this list or finds the request.
            state.tasks.iter().flatten().cloned().collect()
        };
        for task in tasks {
            task.deliver(Injection::Cancel(request.clone()));
        }
    }

    /// Asks every task for its wait.
    pub(crate) fn ask_all(&self, shown: Shown) -> Vec<AskedTask> {
        let tasks: Vec<_> = lock(&self.0).tasks.iter().flatten().cloned().collect();
        // Outside of the lock: a delivery may call a waker.
        tasks.into_iter().map(|task| task.ask(shown)).collect()
    }

    /// Returns a future that is ready when no task has been left. `None` if none is left now.
    pub(crate) fn ended(&self) -> Option<Ended> {
        let mut state = lock(&self.0);
        if state.is_empty() {
            return None;
        }
        let (end_sender, ended) = end_channel();
        state.end_senders.push(end_sender);
        Some(ended)
    }

    /// Forgets the waits that were given up, and returns the tasks that have not ended.
    pub(crate) fn unfinished(&self) -> Vec<TrackedTask> {
        let mut state = lock(&self.0);
        state.end_senders.retain_awaited();
        state.tasks.iter().flatten().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        let state = lock(&self.0);
        state.tasks.len() - state.free.len()
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.tasks.len() == self.free.len()
    }

    fn insert(&mut self, task: TrackedTask) -> usize {
        match self.free.pop() {
            Some(at) => {
                self.tasks[at] = Some(task);
                at
            }
            None => {
                self.tasks.push(Some(task));
                self.tasks.len() - 1
            }
        }
    }
}

/// Removes the task when it is dropped.
pub(crate) struct Tracked {
    tracker: Arc<Tracker>,
    at: usize,
}

/// Runs the shell of a tracked task. A future that was never polled drops its parameters in this
/// order, so the shell is dropped before the task is removed.
pub(crate) async fn until_end(shell: impl Future<Output = ()>, tracked: Tracked) {
    shell.await;
    drop(tracked);
}

impl Drop for Tracked {
    fn drop(&mut self) {
        let mut state = lock(&self.tracker.0);
        let task = state.tasks[self.at].take();
        state.free.push(self.at);
        let end_senders =
            if state.is_empty() { mem::take(&mut state.end_senders) } else { Default::default() };
        drop(state);
        // Outside of the lock: they may be the last reference to a result, and call wakers.
        drop((task, end_senders));
    }
}
