//! [`Leaf`]: a command on its way through the journal, within the future of a step or a sleep.

use std::panic::Location;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use serde::Serialize;

use crate::core::{Closure, Core};
use crate::error::{NoJournal, StepFailed};
use crate::journal::{Command, Outcome, Ticket, What};
use crate::recorded::too_large;

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

/// A command that the journal does by itself, without a closure.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) command: Command,
    /// `None` before the first poll.
    leaf: Option<Leaf>,
}

impl Asked {
    #[track_caller]
    pub(crate) fn new(what: What) -> Self {
        Asked { command: Command { what, at: Location::caller().into() }, leaf: None }
    }

    /// Ready with the outcome, or with `None` if there is no journal.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<Outcome>> {
        let leaf = match &mut self.leaf {
            Some(leaf) => leaf,
            None => match Core::current() {
                Some(core) => self.leaf.insert(Leaf::issue(core, &self.command, None, cx)),
                None => return Poll::Ready(None),
            },
        };
        let polled = leaf.poll(cx).map(Some);
        if polled.is_pending() {
            gen::drive::say(self, cx, || self.command.to_string());
        }
        polled
    }
}

/// A command that has a value of the coroutine, which is written down as JSON.
#[derive(Debug)]
pub(crate) struct Given {
    asked: Asked,
    /// The value cannot be written down, so the command is not issued.
    refused: Option<StepFailed>,
}

impl Given {
    #[track_caller]
    pub(crate) fn new<V>(value: &V, what: impl FnOnce(String) -> What) -> Self
    where
        V: Serialize + ?Sized,
    {
        let (json, refused) = match json_of(value) {
            Ok(json) => (json, None),
            Err(refused) => (String::new(), Some(refused)),
        };
        Given { asked: Asked::new(what(json)), refused }
    }

    pub(crate) fn command(&self) -> &Command {
        &self.asked.command
    }

    pub(crate) fn what_mut(&mut self) -> &mut What {
        &mut self.asked.command.what
    }

    /// As that of [`Asked`], or ready with an error if the value cannot be written down.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<gen::Result<Option<Outcome>>> {
        match self.refused.take() {
            Some(refused) => Poll::Ready(Err(refused.into())),
            None => self.asked.poll(cx).map(Ok),
        }
    }

    /// As [`poll`](Self::poll), with an error if there is no journal.
    pub(crate) fn poll_in_journal(&mut self, cx: &Context<'_>) -> Poll<gen::Result<Outcome>> {
        let polled = ready!(self.poll(cx))?;
        Poll::Ready(polled.ok_or_else(|| NoJournal { what: self.command().to_string() }.into()))
    }
}

/// The JSON of a value that becomes a part of a command.
fn json_of<V: Serialize + ?Sized>(value: &V) -> Result<String, StepFailed> {
    let refused = |why: String| StepFailed::new(why).into_permanent();
    let json = serde_json::to_string(value)
        .map_err(|error| refused(format!("the value cannot be written as JSON: {error}")))?;
    let outcome = Outcome::Value(json);
    match (too_large(&outcome), outcome) {
        (None, Outcome::Value(json)) => Ok(json),
        _ => Err(refused("the value is too large for an entry of the journal".into())),
    }
}
