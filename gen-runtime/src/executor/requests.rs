//! Requests to one task, from any thread: to take an injection, or to end within a time.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::core::Core;
use super::error_context::Grace;
use super::foreign::HostedRef;
use super::ids::TaskId;
use super::inbox::{JoinRequest, Mail};
use super::injection::Injection;
use super::starting::Starting;
use super::timers::Action;
use super::{current, registry};
use crate::inject::question::TaskTag;
use crate::inject::{end_channel, Cancellation, EndSender, EndSenders, Ended};

impl Core {
    /// Delivers an injection to a task of this loop. If the task has ended, the end senders are
    /// dropped.
    pub(super) fn deliver(&self, task: TaskId, injection: Injection, end_senders: EndSenders) {
        let refused = self.scheduler.borrow_mut().deliver(task, &self.shared, injection, end_senders);
        if let Err((injection, _end_senders)) = refused {
            if let Some(error) = injection.too_late() {
                self.unhandled(error);
            }
        }
    }

    pub(crate) fn tasks(&self) -> Vec<TaskId> {
        self.scheduler.borrow().tasks(self.id)
    }

    /// Returns the tasks, and the futures that wait for their ends.
    pub(crate) fn cancel_all<'a>(
        &'a self,
        request: &'a Cancellation,
    ) -> impl Iterator<Item = (TaskId, Ended)> + use<'a> {
        self.tasks().into_iter().map(|task| {
            let (end_sender, ended) = end_channel();
            self.deliver(task, Injection::Cancel(request.clone()), Some(end_sender).into());
            (task, ended)
        })
    }

    /// Drops a task that has not ended when `grace` has passed. Of several such deadlines the
    /// earliest counts.
    pub(crate) fn cut_short(&self, task: TaskId, grace: Duration, request: Cancellation) {
        // A deadline that no `Instant` can hold never comes.
        let Some(deadline) = self.deadline(grace) else { return };
        let context = self.scheduler.borrow_mut().context_of_task(task, &self.shared);
        let Some(context) = context.filter(|context| !context.ends_by(deadline)) else { return };
        let action = Action::Call(Box::new(move || {
            // The loop calls this, so it is the current one.
            if let Some(core) = current::get() {
                core.drop_task(task, request);
            }
        }));
        let timer = self.add_timer(Some(deadline), self.next_timer_number(), action);
        if let Some(before) = context.set_grace(Grace { deadline, timer }) {
            drop(self.cancel_timer(before));
        }
    }

    /// Drops the body of a suspended task. Its handle gets the error of the request.
    pub(crate) fn drop_task(&self, task: TaskId, request: Cancellation) {
        let taken = self.scheduler.borrow_mut().take(task);
        if let Some((slot, task)) = taken {
            // Callbacks that its destructors schedule belong to its context.
            let entered = self.running.enter(slot);
            task.cut_short(request.into_error());
            drop(entered);
            self.release(slot);
        }
    }
}

/// Has a task wake `waker` at its end, from another thread. If the task has ended, or its loop is
/// closed, the waker is dropped.
pub(crate) fn wake_at_end(task: TaskId, waker: Waker) {
    let request = move || {
        // The loop calls this, so it is the current one.
        let Some(core) = current::get() else { return };
        let replaced = core.scheduler.borrow_mut().wake_at_end(task, waker);
        drop(replaced);
    };
    send_to_loop_of(task, Box::new(request));
}

/// Drops a value on the thread of the task's loop, from another thread. If the loop is closed, it
/// is dropped here, and the tasks of the loop have ended.
pub(crate) fn drop_on_loop_of(task: TaskId, value: impl Send + 'static) {
    send_to_loop_of(task, Box::new(move || drop(value)));
}

#[cold]
fn send_to_loop_of(task: TaskId, request: JoinRequest) {
    if let Some(shared) = registry::find(task.loop_id) {
        drop(shared.send(Mail::Join(request)));
    }
}

/// A task, as requests from any thread name it.
#[derive(Clone)]
pub(crate) enum TaskAddress {
    OnLoop(TaskId),
    /// A task that was sent to a loop, which may not have begun it yet.
    Starting(Arc<Starting>),
    /// A task on a foreign executor.
    Hosted(HostedRef),
}

impl TaskAddress {
    /// The task as others wait for it. `None` if its loop has not begun it.
    #[cold]
    pub(crate) fn tag(&self) -> Option<TaskTag> {
        match self {
            TaskAddress::OnLoop(task) => Some(task.tag()),
            TaskAddress::Starting(task) => task.id().map(TaskId::tag),
            TaskAddress::Hosted(task) => Some(task.tag()),
        }
    }
}

/// Delivers an injection to a task. A request to a task of a loop on another thread goes through
/// the inbox of that loop.
pub(crate) fn deliver(task: TaskAddress, injection: Injection, end_sender: Option<EndSender>) {
    let end_senders = EndSenders::from(end_sender);
    let refused = match task {
        TaskAddress::OnLoop(task) => deliver_on_loop(task, injection, end_senders),
        TaskAddress::Starting(task) => {
            let pending = PendingInjection(Some(injection));
            task.when_started(move |id| pending.deliver(id, end_senders));
            None
        }
        TaskAddress::Hosted(task) => {
            task.deliver(injection, end_senders).err().map(|(injection, _end_senders)| injection)
        }
    };
    if let Some(injection) = refused {
        // The injection of a handle leaves no error that goes outward.
        let _ = injection.too_late();
    }
}

/// An injection that waits for the start of its task. Dropped, it is too late.
struct PendingInjection(Option<Injection>);

impl PendingInjection {
    fn deliver(mut self, task: TaskId, end_senders: EndSenders) {
        if let Some(injection) = self.0.take() {
            self.0 = deliver_on_loop(task, injection, end_senders);
        }
    }
}

impl Drop for PendingInjection {
    fn drop(&mut self) {
        if let Some(injection) = self.0.take() {
            // The injection of a handle leaves no error that goes outward.
            let _ = injection.too_late();
        }
    }
}

/// Gives the injection back if the loop of the task is gone. The end senders are dropped then.
fn deliver_on_loop(task: TaskId, injection: Injection, end_senders: EndSenders) -> Option<Injection> {
    let mail = match (current::get(), injection) {
        (Some(core), injection) if core.id() == task.loop_id => {
            core.deliver(task, injection, end_senders);
            return None;
        }
        (_, Injection::Cancel(request)) => Mail::Cancel(task, request, end_senders),
        (_, injection) => Mail::Deliver(task, injection),
    };
    let refused = match registry::find(task.loop_id) {
        Some(shared) => shared.send(mail).err(),
        None => Some(mail),
    };
    match refused {
        Some(Mail::Deliver(_, injection)) => Some(injection),
        _ => None,
    }
}

/// Drops a task that has not ended when `grace` has passed, from any thread. Its handle gets the
/// error of the request.
pub(crate) fn cut_short(task: &TaskAddress, grace: Duration, request: Cancellation) {
    match task {
        TaskAddress::OnLoop(task) => cut_short_on_loop(*task, grace, request),
        TaskAddress::Starting(task) => task.when_started(move |id| cut_short_on_loop(id, grace, request)),
        TaskAddress::Hosted(task) => task.mailbox().cut_short(grace, request),
    }
}

fn cut_short_on_loop(task: TaskId, grace: Duration, request: Cancellation) {
    match current::get() {
        Some(core) if core.id() == task.loop_id => core.cut_short(task, grace, request),
        _ => {
            if let Some(shared) = registry::find(task.loop_id) {
                // A loop that was closed just now refuses this. Its tasks are gone anyway.
                let _ = shared.send(Mail::CutShort(task, grace, request));
            }
        }
    }
}
