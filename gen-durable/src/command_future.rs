//! [`CommandFuture`] and [`CheckedCommand`]: the futures of commands that have no closure.

use std::panic::Location;
use std::task::{ready, Context, Poll};

use serde::Serialize;

use crate::core::Core;
use crate::error::{NoJournal, StepFailed};
use crate::journal::{Command, Outcome, What};
use crate::leaf::Leaf;
use crate::record::{MAX_JSON, MAX_NAME};

/// The future of a command that the journal does by itself, without a closure.
#[derive(Debug)]
pub(crate) struct CommandFuture {
    pub(crate) command: Command,
    /// `None` before the first poll.
    leaf: Option<Leaf>,
}

impl CommandFuture {
    #[track_caller]
    pub(crate) fn new(what: What) -> Self {
        CommandFuture { command: Command { what, at: Location::caller().into() }, leaf: None }
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

/// The future of a command with a value or a name that may not fit into an entry. If it does not,
/// the yield fails, and the run goes on.
#[derive(Debug)]
pub(crate) struct CheckedCommand {
    future: CommandFuture,
    /// Why it cannot be written down, so that it is not issued.
    refused: Option<StepFailed>,
}

impl CheckedCommand {
    /// A command with a value, which is written down as JSON.
    #[track_caller]
    pub(crate) fn new<V>(value: &V, what: impl FnOnce(String) -> What) -> Self
    where
        V: Serialize + ?Sized,
    {
        match serde_json::to_string(value) {
            Ok(json) => CheckedCommand::of(what(json)),
            Err(error) => {
                let why = format!("the value cannot be written as JSON: {error}");
                CheckedCommand {
                    future: CommandFuture::new(what(String::new())),
                    refused: Some(permanent(why)),
                }
            }
        }
    }

    /// A command whose parts are there.
    #[track_caller]
    pub(crate) fn of(what: What) -> Self {
        let refused = refusal(&what);
        CheckedCommand { future: CommandFuture::new(what), refused }
    }

    pub(crate) fn command(&self) -> &Command {
        &self.future.command
    }

    pub(crate) fn what_mut(&mut self) -> &mut What {
        &mut self.future.command.what
    }

    /// As [`CommandFuture::poll`], or ready with an error if the command cannot be written down.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<gen::Result<Option<Outcome>>> {
        match self.refused.take() {
            Some(refused) => Poll::Ready(Err(refused.into())),
            None => self.future.poll(cx).map(Ok),
        }
    }

    /// As [`poll`](Self::poll), with an error if there is no journal.
    pub(crate) fn poll_in_journal(&mut self, cx: &Context<'_>) -> Poll<gen::Result<Outcome>> {
        let polled = ready!(self.poll(cx))?;
        Poll::Ready(polled.ok_or_else(|| NoJournal { what: self.command().to_string() }.into()))
    }
}

/// Why a command does not fit into an entry. The line of the yield does not count, so that the
/// answer is the same after a change of the program.
fn refusal(what: &What) -> Option<StepFailed> {
    /// Room for the other parts of the entry. The longest is the path of the file of the yield.
    const PARTS: usize = 8192;
    match what {
        What::GetState(name) | What::SetState { name, .. } if name.len() > MAX_NAME => {
            let size = name.len();
            return Some(permanent(format!("the name of a state has {size} bytes, and at most {MAX_NAME}")));
        }
        _ => {}
    }
    match serde_json::to_vec(what) {
        Ok(json) if json.len() + PARTS <= MAX_JSON => None,
        Ok(_) => Some(permanent("the value is too large for an entry of the journal".into())),
        Err(error) => Some(permanent(error.to_string())),
    }
}

fn permanent(why: String) -> StepFailed {
    StepFailed::new(why).into_permanent()
}
