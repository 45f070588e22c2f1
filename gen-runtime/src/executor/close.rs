//! The end of a loop.

use super::core::Core;
use super::inbox::Mail;
use super::injection::Injection;
use super::registry;
use crate::inject::EndSenders;
use crate::report::contain;

impl Core {
    /// Drops what is suspended, queued and timed; from now on the loop takes nothing more.
    ///
    /// A task whose first step calls this (it owns the loop) is dropped when that step comes back. Nobody has its
    /// handle before, so nobody waits for its end.
    pub(crate) fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        let mut mail = self.shared.close();
        let (tasks, callbacks) = self.sched.borrow_mut().clear();
        let actions = self.timers.borrow_mut().clear();
        for (task, context) in tasks {
            if let Some(task) = task {
                task.as_ref().close();
            }
            self.propagate_outward(None, context.end());
        }
        // Only now: before, whoever cancels a task would not find its loop, and take it for ended.
        mail.extend(self.shared.end());
        registry::remove(self.id);
        for callback in callbacks {
            contain("the drop of a callback", || drop(callback));
        }
        for action in actions {
            contain("the drop of a timer", || drop(action));
        }
        for message in mail {
            match message {
                Mail::Throw(node, failure) => self.throw(node, failure),
                Mail::Deliver(task, delivery) => self.deliver(task, delivery, EndSenders::default()),
                Mail::Cancel(task, request, signals) => {
                    self.deliver(task, Injection::Cancel(request), signals);
                }
                message => contain("the drop of a remote callback", || drop(message)),
            }
        }
        // It may hold handles to this loop, which is a cycle.
        let handler = self.error_handler.take();
        contain("the drop of an error handler", || drop(handler));
    }
}
