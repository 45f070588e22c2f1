//! [`Leaf`]: a command on its way through the journal, within the future of a step or a sleep.

use std::sync::Arc;
use std::task::{Context, Poll};

use crate::core::{Closure, Core};
use crate::journal::{Command, Outcome, Ticket};

/// A command that was issued.
///
/// | state | means |
/// |---|---|
/// | `Waiting` | it has no outcome yet |
/// | `Over` | it has had its outcome, or the journal has refused it, which ends the run |
#[derive(Debug)]
pub(crate) enum Leaf {
    Waiting(Ticket, Arc<Core>),
    Over,
}

impl Leaf {
    pub(crate) fn issue(
        core: Arc<Core>,
        command: &Command,
        closure: Option<Closure>,
        cx: &Context<'_>,
    ) -> Self {
        match core.issue(command, closure, cx.waker()) {
            Some(ticket) => Leaf::Waiting(ticket, core),
            None => Leaf::Over,
        }
    }

    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<Outcome> {
        let Leaf::Waiting(ticket, core) = self else { return Poll::Pending };
        let polled = core.outcome(*ticket, cx.waker());
        if polled.is_ready() {
            *self = Leaf::Over;
        }
        polled
    }
}

impl Drop for Leaf {
    fn drop(&mut self) {
        if let Leaf::Waiting(ticket, core) = self {
            core.forget(*ticket);
        }
    }
}
