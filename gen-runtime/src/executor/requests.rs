//! What is asked of one task, from any thread: to take an injection, or to end within a time.

use std::time::Duration;

use super::core::Core;
use super::error_context::Grace;
use super::ids::TaskId;
use super::inbox::Mail;
use super::injection::Injection;
use super::timers::Action;
use super::{current, registry};
use crate::inject::{end_channel, Cancellation, EndSender, EndSenders, Ended};

impl Core {
    /// Delivers to a task of this loop; if it has ended, the signals are dropped.
    pub(super) fn deliver(&self, task: TaskId, delivery: Injection, signals: EndSenders) {
        let refused = self.sched.borrow_mut().deliver(task, &self.shared, delivery, signals);
        if let Err((delivery, _signals)) = refused {
            if let Some(failure) = delivery.too_late() {
                self.unhandled(failure);
            }
        }
    }

    /// The tasks that have not ended.
    pub(crate) fn tasks(&self) -> Vec<TaskId> {
        self.sched.borrow().tasks(self.id)
    }

    /// Cancels each; gives what waits for their ends.
    pub(crate) fn cancel_all<'a>(
        &'a self,
        request: &'a Cancellation,
    ) -> impl Iterator<Item = Ended> + use<'a> {
        self.tasks().into_iter().map(|task| {
            let (signal, ended) = end_channel();
            self.deliver(task, Injection::Cancel(request.clone()), Some(signal).into());
            ended
        })
    }

    /// Drops a task that has not ended when `grace` has passed. Of several such times the first one counts.
    pub(crate) fn cut_short(&self, task: TaskId, grace: Duration, request: Cancellation) {
        // It never comes to that, if no deadline can be told.
        let Some(deadline) = self.deadline(grace) else { return };
        let node = self.sched.borrow_mut().node_of(task, &self.shared);
        let Some(node) = node.filter(|node| !node.ends_by(deadline)) else { return };
        let action = Action::Call(Box::new(move || {
            // It is called by the loop, which is the current one.
            if let Some(core) = current::get() {
                core.drop_task(task, request);
            }
        }));
        let timer = self.add_timer(Some(deadline), self.next_timer_number(), action);
        if let Some(before) = node.set_grace(Grace { deadline, timer }) {
            drop(self.cancel_timer(before));
        }
    }

    /// Its time is up.
    fn drop_task(&self, task: TaskId, request: Cancellation) {
        let taken = self.sched.borrow_mut().take(task);
        if let Some((slot, task)) = taken {
            // What its destructors schedule belongs to it.
            let before = self.running.replace(Some(slot));
            task.as_ref().cut_short(request.into_error());
            self.running.set(before);
            self.release(slot, None);
        }
    }
}

/// Delivers to a task from wherever this is: at once on the loop that runs here, else through its inbox. What comes
/// too late is dealt with.
pub(crate) fn deliver(task: TaskId, delivery: Injection, signal: Option<EndSender>) {
    let signals = EndSenders::from(signal);
    let message = match (current::get(), delivery) {
        (Some(core), delivery) if core.id() == task.loop_id => return core.deliver(task, delivery, signals),
        (_, Injection::Cancel(request)) => Mail::Cancel(task, request, signals),
        (_, delivery) => Mail::Deliver(task, delivery),
    };
    let refused = match registry::find(task.loop_id) {
        Some(shared) => shared.send(message).err(),
        None => Some(message),
    };
    // The signals are dropped with it.
    if let Some(Mail::Deliver(_, delivery)) = refused {
        // It comes from a handle, so there is nothing to go outward.
        let _ = delivery.too_late();
    }
}

/// Has a task dropped that has not ended when `grace` has passed, because of that request.
pub(crate) fn cut_short(task: TaskId, grace: Duration, request: Cancellation) {
    match current::get() {
        Some(core) if core.id() == task.loop_id => core.cut_short(task, grace, request),
        _ => {
            if let Some(shared) = registry::find(task.loop_id) {
                // Refused by a loop that closed just now: its tasks are gone anyway.
                let _ = shared.send(Mail::CutShort(task, grace, request));
            }
        }
    }
}
