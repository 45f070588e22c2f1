//! The end of a loop.

use super::core::Core;
use super::inbox::Mail;
use super::injection::Injection;
use super::registry;
use crate::inject::EndSenders;
use crate::report::contain;

impl Core {
    /// Drops the suspended tasks, the queued callbacks and the timers. From now on the loop takes
    /// nothing more.
    ///
    /// A task that owns the loop may call this in its first step. It is dropped when that step
    /// returns. No code has its handle before, so nothing waits for its end.
    pub(crate) fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        self.begins_plainly.set(false);
        let _runtime = self.runtime.enter();
        let mut mail = self.shared.close();
        let (tasks, callbacks) = self.scheduler.borrow_mut().clear();
        let actions = self.timers.borrow_mut().clear();
        for (task, context) in tasks {
            drop(task);
            self.propagate_outward(None, context.end());
        }
        // Not earlier: a thread that cancels a task and does not find the loop takes the task for
        // ended.
        mail.extend(self.shared.end());
        registry::remove(self.id);
        for callback in callbacks {
            contain("the drop of a callback", || drop(callback));
        }
        for action in actions {
            contain("the drop of a timer", || drop(action));
        }
        for mail in mail {
            match mail {
                Mail::Throw(context, error) => self.throw(context, error),
                Mail::Deliver(task, injection) => self.deliver(task, injection, EndSenders::default()),
                Mail::Cancel(task, request, end_senders) => {
                    self.deliver(task, Injection::Cancel(request), end_senders);
                }
                mail => contain("the drop of a remote callback", || drop(mail)),
            }
        }
        // The handler may hold handles to this loop, which would be a cycle.
        let handler = self.error_handler.take();
        contain("the drop of an error handler", || drop(handler));
    }
}
