//! A process that dies.

use std::task::{Context, Poll};

use gen_durable::{Awaited, Command, Event, Journal, Outcome, Place, Ticket};

/// A journal that fails when it has been asked so often to write, as if the process died there.
pub struct Dying {
    pub inner: Box<dyn Journal>,
    pub left: u64,
}

impl Dying {
    fn live(&mut self) -> gen::Result {
        self.left = self.left.checked_sub(1).ok_or_else(|| gen::Error::new("the process dies"))?;
        Ok(())
    }
}

impl Journal for Dying {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.live()?;
        self.inner.issue(command)
    }

    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        self.live()?;
        self.inner.version(label, newest, at)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.live()?;
        self.inner.propose(step, outcome)
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.inner.cancel(reason)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.live()?;
        self.inner.poll_event(cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.live()?;
        self.inner.finish(outcome)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.live()?;
        self.inner.poll_finished(cx)
    }
}
