//! [`Starting`]: the name of a task that another thread sends to a loop.
//!
//! The task has an id only when its loop has begun it. The mail of a loop is read in order, so a
//! request that is sent after the task finds the id.
//!
//! | event | the task | a request |
//! |---|---|---|
//! | the loop has not read the mail | waits in the mail | waits in the mail, behind the task |
//! | the loop has begun it | has an id | goes where the id says |
//! | the loop is closed | is closed when the mail is dropped | is dropped |

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use super::current;
use super::current_context::{enter, CurrentContext};
use super::drops::note_later_first_step;
use super::host;
use super::ids::TaskId;
use super::inbox::{Mail, Shared};
use super::runnable::Runnable;
use super::task_ref::TaskRef;

/// A task on its way to a loop, as requests name it.
pub(crate) struct Starting {
    home: Arc<Shared>,
    id: OnceLock<TaskId>,
}

impl Starting {
    pub(crate) fn new(home: Arc<Shared>) -> Arc<Self> {
        Arc::new(Starting { home, id: OnceLock::new() })
    }

    /// Returns the id of the task, if the loop has begun it.
    pub(crate) fn id(&self) -> Option<TaskId> {
        self.id.get().copied()
    }

    /// Sends the task to the loop. A task that the loop does not begin is closed.
    pub(crate) fn send<R>(self: &Arc<Self>, task: Pin<Arc<R>>)
    where
        R: Runnable + Send + Sync + 'static,
    {
        note_later_first_step();
        let context = host::capture();
        let mut sent = Sent(Some(task));
        let starting = Arc::clone(self);
        self.post(move || {
            // The loop calls this, so it is the current one.
            let Some(core) = current::get() else { return };
            let _entered = enter(CurrentContext::Captured(context));
            let Some(begun) = core.begin_any() else { return };
            let Some(task) = sent.0.take() else { return };
            core.start(begun, TaskRef::shared(task));
            // The id is set once, because the mail is read once.
            let _ = starting.id.set(core.id_of(begun));
        });
    }

    /// Calls `request` on the thread of the loop when the loop has begun the task. Drops it if the
    /// loop is closed.
    pub(super) fn when_started(self: &Arc<Self>, request: impl FnOnce(TaskId) + Send + 'static) {
        let starting = Arc::clone(self);
        self.post(move || {
            if let Some(id) = starting.id() {
                request(id);
            }
        });
    }

    fn post(&self, callback: impl FnOnce() + Send + 'static) {
        // A loop that is closed gives it back, and it is dropped here.
        drop(self.home.send(Mail::Callback(Box::new(callback))));
    }
}

/// A task that the loop may not begin.
struct Sent<R: Runnable>(Option<Pin<Arc<R>>>);

impl<R: Runnable> Drop for Sent<R> {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.as_ref().close();
        }
    }
}
