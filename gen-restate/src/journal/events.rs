//! The events of a run: the outcomes, the closures that begin, and the cancellation.

use std::task::{ready, Context, Poll};

use gen_durable::{Awaited, Event, JournalMismatch, Outcome, StepFailed, Ticket, What};
use restate_sdk_shared_core::{NotificationHandle, RunExitResult, Value, VM};

use crate::codes::CONFLICT;
use crate::failure;
use crate::journal::entries::{Entries, Issued};
use crate::journal::send::attach;
use crate::recorded::Recorded;
use crate::wire::{Progress, Stop, Wire};

impl Entries {
    pub(super) fn poll_event(
        &mut self,
        wire: &mut Wire,
        cx: &mut Context<'_>,
        awaited: &Awaited,
    ) -> Poll<gen::Result<Event>> {
        self.versions.skip(wire)?;
        self.cancel_called(wire, awaited)?;
        while let Some((ticket, outcome)) = self.done.pop_front() {
            if awaited.contains(ticket) {
                return Poll::Ready(Ok(Event::Done(ticket, outcome)));
            }
        }
        let by_handle = &self.by_handle;
        wire.retain_running(|run| by_handle.get(&run).is_some_and(|ticket| awaited.contains(*ticket)));
        loop {
            if self.is_cancelled {
                ready!(self.poll_mark_calls(wire, cx, awaited))?;
                self.is_cancelled = false;
                return Poll::Ready(Ok(Event::Cancelled("on the server".into())));
            }
            let handles = self.handles(awaited);
            let of_commands = handles.iter().map(|(handle, _)| *handle);
            let all: Vec<NotificationHandle> = of_commands.chain(self.versions.open()).collect();
            let event = match ready!(wire.poll_progress(cx, &all)) {
                Ok(Progress::Completed) => self.take(wire, &handles)?,
                Ok(Progress::Run(handle)) => self.run(wire, handle)?,
                Ok(Progress::Cancelled) => {
                    self.is_cancelled = true;
                    None
                }
                Err(Stop::Suspended | Stop::Gone) => Some(Event::Suspended),
                Err(Stop::Departed(mismatch)) => {
                    let JournalMismatch { entry, recorded, .. } = mismatch;
                    let now = format!("waits for {}", self.names(awaited));
                    return Poll::Ready(Err(JournalMismatch::new(entry, recorded, now).into()));
                }
                Err(stop) => return Poll::Ready(Err(stop.into())),
            };
            if let Some(event) = event {
                return Poll::Ready(Ok(event));
            }
        }
    }

    /// The handles under which the awaited outcomes come. No closure begins that is not among them,
    /// and none is before the versions are stored on which it may depend.
    fn handles(&mut self, awaited: &Awaited) -> Vec<(NotificationHandle, Ticket)> {
        let begins = self.versions.are_stored();
        let of_command = |ticket: Ticket| {
            let Issued { command, handle, is_new, .. } = self.issued.get(ticket.0 as usize)?;
            let waits = matches!(command.what, What::Signal(_)) || (*is_new && !begins);
            (!waits).then_some(((*handle)?, ticket))
        };
        let mut handles: Vec<_> = awaited.iter().filter_map(of_command).collect();
        handles.extend(self.promises.awaited(awaited));
        handles
    }

    /// Takes an outcome that is there. `None` if it is that of a version, or if the command has to
    /// wait for something else.
    fn take(
        &mut self,
        wire: &mut Wire,
        handles: &[(NotificationHandle, Ticket)],
    ) -> gen::Result<Option<Event>> {
        if self.versions.take_stored(wire)? {
            return Ok(None);
        }
        for (handle, ticket) in handles {
            if let Some(value) = wire.vm.take_notification(*handle).map_err(Stop::from)? {
                let outcome = self.outcome(wire, *ticket, value)?;
                return Ok(outcome.map(|outcome| Event::Done(*ticket, outcome)));
            }
        }
        gen::bail!("none of the outcomes is there that the machine of the protocol has announced")
    }

    /// The outcome of a command. `None` if it is a call that has found a run, and waits for it.
    fn outcome(&mut self, wire: &mut Wire, ticket: Ticket, value: Value) -> Result<Option<Outcome>, Stop> {
        let issued = &mut self.issued[ticket.0 as usize];
        match &issued.command.what {
            What::Sleep(_) | What::Timeout(_) => self.clock.reached(issued.deadline),
            What::Signal(name) => self.promises.given(name, ticket),
            What::Call { body, key, .. } if !issued.is_attached => {
                if matches!(&value, Value::Failure(failure) if failure.code == CONFLICT) {
                    issued.handle = Some(attach(wire, body, key)?);
                    issued.is_attached = true;
                    return Ok(None);
                }
            }
            _ => {}
        }
        self.calls.ended(ticket);
        let outcome = outcome_of(value);
        if let (What::Now, Outcome::Value(millis)) = (&issued.command.what, &outcome) {
            self.clock.reached(millis.parse().unwrap_or_default());
        }
        Ok(Some(outcome))
    }

    /// Begins the closure of a command. The journal reads the clock itself.
    fn run(&mut self, wire: &mut Wire, handle: NotificationHandle) -> Result<Option<Event>, Stop> {
        let Some(ticket) = self.by_handle.get(&handle).copied() else { return Ok(None) };
        let issued = &mut self.issued[ticket.0 as usize];
        issued.is_new = false;
        match issued.command.what {
            What::Now => {
                let now = self.clock.now().to_string();
                wire.propose(handle, RunExitResult::Success(now.into()))?;
                Ok(None)
            }
            _ => Ok(Some(Event::Run(ticket))),
        }
    }

    /// Marks the calls for which the coroutine waits. A replay finds the identifiers of their runs
    /// in the journal.
    fn poll_mark_calls(
        &mut self,
        wire: &mut Wire,
        cx: &mut Context<'_>,
        awaited: &Awaited,
    ) -> Poll<gen::Result> {
        while let Some((call, identifier)) = self.calls.first_unmarked(awaited) {
            // A second cancellation says nothing new.
            if let Progress::Completed = ready!(wire.poll_progress(cx, &[identifier]))? {
                self.calls.mark(call, identifier_of_run(wire, identifier)?);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Cancels the runs of the marked calls that were given up.
    pub(super) fn cancel_called(&mut self, wire: &mut Wire, awaited: &Awaited) -> gen::Result {
        for run in self.calls.take_given_up(awaited) {
            if wire.next_recorded().is_some_and(|next| *next != Recorded::Cancel) {
                return Err(wire.mismatch("cancels a run that it has called".into()).into());
            }
            wire.vm.sys_cancel_invocation(run).map_err(Stop::from)?;
        }
        Ok(())
    }
}

fn outcome_of(value: Value) -> Outcome {
    match value {
        Value::Success(json) if json.is_empty() => Outcome::nothing(),
        Value::Success(json) => match String::from_utf8(json.into()) {
            Ok(json) => Outcome::Value(json),
            Err(_) => Outcome::Failed(StepFailed::new("the recorded value is no text")),
        },
        Value::Failure(failure) => Outcome::Failed(failure::of_restate(failure)),
        Value::Void | Value::InvocationId(_) | Value::StateKeys(_) => Outcome::nothing(),
    }
}

/// Takes the identifier of a run that was called.
fn identifier_of_run(wire: &mut Wire, handle: NotificationHandle) -> gen::Result<String> {
    match wire.vm.take_notification(handle).map_err(Stop::from)? {
        Some(Value::InvocationId(run)) => Ok(run),
        other => gen::bail!("instead of the identifier of a run came {other:?}"),
    }
}
