//! [`Tracker`]: the tasks that a shutdown ends.
//!
//! | event | function | what happens |
//! |---|---|---|
//! | a task is suspended in its first step | `track` | it is added. If a shutdown has begun, it is cancelled |
//! | its shell has ended or was dropped | the drop of `Tracked` | it is removed. The removal of the last task ends the waits |
//! | a shutdown begins | `cancel_all` | every task is cancelled |
//! | the shutdown waits | `ended` | its wait is added, unless no task is left |
//! | the shutdown is over, or its time is | `unfinished` | the waits that were given up are forgotten, and the tasks that are left are returned |
//!
//! A task that is not tracked pays for one comparison.

use std::future::Future;
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use super::hosted_task::HostedRef;
use crate::executor::injection::Injection;
use crate::inject::{end_channel, Cancellation, EndSenders, Ended, TaskTrace, TraceRequest};
use crate::sync::{lock, Mutex};

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
