//! A task on a foreign executor: as its shell sees it, and as other code sees it on any thread.

use std::pin::Pin;
use std::sync::Arc;

use super::mailbox::Mailbox;
use crate::executor::error_context::{ErrorContext, Home};
use crate::executor::runnable::Runnable;
use crate::executor::unhandled_error::UnhandledError;

/// A reference to a task, on any thread. It does not reach the body.
pub(crate) type HostedRef = Pin<Arc<dyn HostedTask>>;

pub(crate) trait HostedTask: Home {
    fn mailbox(&self) -> &Mailbox;

    /// The task as the home of its error context.
    fn home(self: Pin<Arc<Self>>) -> Pin<Arc<dyn Home>>;
}

/// A task with its body, as the one shell that runs it sees it.
pub(crate) trait HostedBody: Runnable {
    fn mailbox(&self) -> &Mailbox;
}

/// The mailbox of a task that stays on its thread is reached without the task.
impl HostedTask for Mailbox {
    fn mailbox(&self) -> &Mailbox {
        self
    }

    fn home(self: Pin<Arc<Self>>) -> Pin<Arc<dyn Home>> {
        self
    }
}

impl Home for Mailbox {
    fn throw(&self, _: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError> {
        Mailbox::throw(self, error)
    }
}

impl AsRef<Mailbox> for Mailbox {
    fn as_ref(&self) -> &Mailbox {
        self
    }
}
