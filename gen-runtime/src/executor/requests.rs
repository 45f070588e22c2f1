//! Requests to one task, from any thread: to take an injection, or to end within a time.

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

    /// Returns the futures that wait for the ends of the tasks.
    pub(crate) fn cancel_all<'a>(
        &'a self,
        request: &'a Cancellation,
    ) -> impl Iterator<Item = Ended> + use<'a> {
        self.tasks().into_iter().map(|task| {
            let (end_sender, ended) = end_channel();
            self.deliver(task, Injection::Cancel(request.clone()), Some(end_sender).into());
            ended
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

    fn drop_task(&self, task: TaskId, request: Cancellation) {
        let taken = self.scheduler.borrow_mut().take(task);
        if let Some((slot, task)) = taken {
            // Callbacks that its destructors schedule belong to its context.
            let before = self.running.replace(Some(slot));
            task.as_ref().cut_short(request.into_error());
            self.running.set(before);
            self.release(slot, None);
        }
    }
}

/// Delivers an injection to a task: at once if its loop runs on this thread, else through the inbox
/// of the loop.
pub(crate) fn deliver(task: TaskId, injection: Injection, end_sender: Option<EndSender>) {
    let end_senders = EndSenders::from(end_sender);
    let mail = match (current::get(), injection) {
        (Some(core), injection) if core.id() == task.loop_id => {
            return core.deliver(task, injection, end_senders)
        }
        (_, Injection::Cancel(request)) => Mail::Cancel(task, request, end_senders),
        (_, injection) => Mail::Deliver(task, injection),
    };
    let refused = match registry::find(task.loop_id) {
        Some(shared) => shared.send(mail).err(),
        None => Some(mail),
    };
    // A refused request to cancel is dropped, and so are its end senders.
    if let Some(Mail::Deliver(_, injection)) = refused {
        // The injection of a handle leaves no error that goes outward.
        let _ = injection.too_late();
    }
}

/// Drops a task that has not ended when `grace` has passed, from any thread. Its handle gets the
/// error of the request.
pub(crate) fn cut_short(task: TaskId, grace: Duration, request: Cancellation) {
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
