//! [`Entries`]: the commands that a coroutine has issued, and all that the journal knows of them.

use std::collections::{BTreeMap, VecDeque};

use gen_durable::{Awaited, Command, Outcome, Place, StepFailed, Ticket, What};
use restate_sdk_shared_core::{NonEmptyValue, NotificationHandle, RunExitResult};

use crate::calls::Calls;
use crate::clock::WallClock;
use crate::failure;
use crate::promises::Promises;
use crate::recorded::{bare, Recorded};
use crate::versions::Versions;
use crate::wire::Wire;

#[derive(Default)]
pub(super) struct Entries {
    /// By ticket.
    pub(super) issued: Vec<Issued>,
    pub(super) by_handle: BTreeMap<NotificationHandle, Ticket>,
    pub(super) promises: Promises,
    pub(super) calls: Calls,
    pub(super) versions: Versions,
    pub(super) clock: WallClock,
    /// A cancellation has come, and waits for the identifiers of the runs that end with it.
    pub(super) is_cancelled: bool,
    /// The outcomes that need nothing of the server.
    pub(super) done: VecDeque<(Ticket, Outcome)>,
}

pub(super) struct Issued {
    /// The [bare] one.
    pub(super) command: Command,
    /// The outcome comes under this handle. That of a signal comes under the handle of a promise,
    /// and that of a change of the state is known.
    pub(super) handle: Option<NotificationHandle>,
    /// Of a sleep or a timeout.
    pub(super) deadline: u64,
    /// The call has found a run, and waits for that one.
    pub(super) is_attached: bool,
    /// It has a closure, which has not begun.
    pub(super) is_new: bool,
}

impl Issued {
    pub(super) fn new(command: &Command) -> Self {
        let command = Command { what: bare(&command.what), at: command.at.clone() };
        Issued { command, handle: None, deadline: 0, is_attached: false, is_new: false }
    }
}

impl Entries {
    /// The number of commands that were issued.
    pub(super) fn len(&self) -> usize {
        self.issued.len()
    }

    pub(super) fn issue(&mut self, wire: &mut Wire, command: &Command) -> gen::Result<Ticket> {
        self.versions.skip(wire)?;
        let ticket = Ticket(u32::try_from(self.len())?);
        let mut issued = Issued::new(command);
        if let Some(refused) = refusal(wire, &command.what) {
            self.done.push_back((ticket, Outcome::Failed(refused)));
            self.issued.push(issued);
            return Ok(ticket);
        }
        if wire.next_recorded().is_some_and(|next| !next.fits(&issued.command.what)) {
            return Err(wire.mismatch(format!("issues {command}")).into());
        }
        self.send(wire, ticket, &command.what, &mut issued)?;
        match (&issued.command.what, issued.handle) {
            (What::Signal(name), Some(promise)) => self.promises.wait(name, ticket, promise),
            (_, Some(handle)) => drop(self.by_handle.insert(handle, ticket)),
            (_, None) => self.done.push_back((ticket, Outcome::nothing())),
        }
        self.issued.push(issued);
        Ok(ticket)
    }

    pub(super) fn version(
        &mut self,
        wire: &mut Wire,
        label: &str,
        newest: u32,
        at: &Place,
    ) -> gen::Result<u32> {
        self.versions.skip(wire)?;
        self.versions.ask(wire, label, newest, at)
    }

    pub(super) fn propose(&mut self, wire: &mut Wire, step: Ticket, outcome: Outcome) -> gen::Result {
        let Some(handle) = self.issued.get(step.0 as usize).and_then(|issued| issued.handle) else {
            gen::bail!("the command {} has no closure", step.0);
        };
        let result = match outcome.limited() {
            Outcome::Value(json) => RunExitResult::Success(json.into()),
            Outcome::Failed(failed) => RunExitResult::TerminalFailure(failure::to_restate(&failed)),
        };
        Ok(wire.propose(handle, result)?)
    }

    pub(super) fn finish(&mut self, wire: &mut Wire, outcome: &Outcome) -> gen::Result {
        self.versions.skip(wire)?;
        self.cancel_called(wire, &Awaited::default())?;
        if wire.next_recorded().is_some_and(|next| *next != Recorded::End) {
            let now = match outcome {
                Outcome::Value(_) => "ends with a value".to_owned(),
                Outcome::Failed(failed) => format!("ends with the error `{failed}`"),
            };
            return Err(wire.mismatch(now).into());
        }
        Ok(wire.end(match outcome {
            Outcome::Value(json) => NonEmptyValue::Success(json.clone().into()),
            Outcome::Failed(failed) => NonEmptyValue::Failure(failure::to_restate(failed)),
        })?)
    }

    /// The first ones of these commands, with their lines.
    pub(super) fn names(&self, awaited: &Awaited) -> String {
        const SHOWN: usize = 3;
        let issued = awaited.iter().filter_map(|ticket| self.issued.get(ticket.0 as usize));
        let mut names = issued.map(|issued| issued.command.to_string());
        let shown: Vec<String> = names.by_ref().take(SHOWN).collect();
        let shown = shown.join(", and for ");
        match names.count() {
            0 => shown,
            more => format!("{shown}, and {more} more"),
        }
    }
}

/// The failure of a command that is not sent. A replay finds it again, so no journal has it.
fn refusal(wire: &Wire, what: &What) -> Option<StepFailed> {
    match what {
        What::Call { body, key, .. } if wire.is_run(body, key) => {
            let why = format!("the run of `{body}` with key `{key}` calls itself, which would wait for ever");
            Some(StepFailed::new(why).into_permanent())
        }
        _ => None,
    }
}
