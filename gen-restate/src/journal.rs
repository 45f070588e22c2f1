//! [`RestateJournal`]: the journal of a run, which the server keeps.
//!
//! | state | `issue` | `poll_event` | `finish` |
//! |---|---|---|---|
//! | replays: recorded commands are left | the next one must be that command | gives the recorded outcomes in their order | the next one must be the end |
//! | records: none are left | sends the command | gives the outcomes in the order in which the server stores them | sends the result |
//!
//! | command | on the server |
//! |---|---|
//! | a step, a random number, a UUID, a reading of the clock | the outcome of a closure |
//! | a sleep, a timeout | a sleep until a time of the day |
//! | a signal | the next promise of its name: see [`promises`](crate::promises) |
//! | a call | a call of the workflow. If there is a run already, the wait for that run follows |
//! | a start | a one-way call, which may be delayed |
//! | a state | a state of the workflow |
//! | a version | the outcome of a closure that is known at once |

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{ready, Context, Poll};
use std::time::Duration;

use gen_durable::{
    Awaited, Command, Event, Journal, JournalMismatch, Outcome, Place, StepFailed, Ticket, What,
};
use restate_sdk_shared_core::{
    AttachInvocationTarget, NonEmptyValue, NotificationHandle, PayloadOptions, RunExitResult, Target, Value,
    VM,
};

use crate::clock::WallClock;
use crate::error::ProtocolError;
use crate::failure;
use crate::names::{self, Run};
use crate::promises::Promises;
use crate::recorded::Recorded;
use crate::wire::{Progress, Stop, Wire};

/// The handler of a workflow that runs the body.
pub(crate) const RUN: &str = "run";

/// The code of a call to a workflow that was run already. It is that of a cancellation, too.
const CONFLICT: u16 = 409;

pub(crate) struct RestateJournal {
    wire: Arc<Mutex<Wire>>,
    /// By ticket.
    issued: Vec<Issued>,
    by_handle: BTreeMap<NotificationHandle, Ticket>,
    promises: Promises,
    /// By label.
    versions: BTreeMap<String, Version>,
    /// The outcomes that need nothing of the server.
    done: VecDeque<Ticket>,
    clock: WallClock,
}

struct Issued {
    what: What,
    /// The outcome comes under this handle. That of a signal comes under the handle of a promise,
    /// and that of a change of the state is known.
    handle: Option<NotificationHandle>,
    /// Of a sleep or a timeout.
    deadline: u64,
    /// The call has found a run, and waits for that one.
    is_attached: bool,
}

struct Version {
    version: u32,
    /// The index of the command.
    entry: usize,
}

impl RestateJournal {
    pub(crate) fn new(wire: Arc<Mutex<Wire>>) -> Self {
        RestateJournal {
            wire,
            issued: Vec::new(),
            by_handle: BTreeMap::new(),
            promises: Promises::default(),
            versions: BTreeMap::new(),
            done: VecDeque::new(),
            clock: WallClock::default(),
        }
    }

    /// Takes the versions that are the next commands, so that a program without the old code need
    /// not ask for them.
    fn skip_versions(&mut self, wire: &mut Wire) -> gen::Result {
        while let Some(Recorded::Version(label, version)) = wire.next_recorded() {
            let (label, version) = (label.clone(), *version);
            self.record_version(wire, label, version)?;
        }
        Ok(())
    }

    /// Writes a version down, or takes it from the journal.
    fn record_version(&mut self, wire: &mut Wire, label: String, version: u32) -> gen::Result {
        let entry = wire.next_index();
        let run = wire.vm.sys_run(Run::Version(label.clone(), version).name()).map_err(broken)?;
        if !run.replayed {
            let value = version.to_string().into();
            wire.propose(run.handle, RunExitResult::Success(value)).map_err(stopped)?;
        }
        self.versions.insert(label, Version { version, entry });
        Ok(())
    }

    /// Sends the command, or takes it from the journal.
    fn send(&mut self, wire: &mut Wire, what: &What) -> gen::Result<Issued> {
        let recorded = wire.next_recorded().cloned();
        let vm = &mut wire.vm;
        let options = PayloadOptions::unstable_serialization();
        let mut deadline = 0;
        let handle = match what {
            What::Step(_) | What::Random | What::Uuid | What::Now => {
                vm.sys_run(Run::Command(what.clone()).name()).map(|run| Some(run.handle))
            }
            What::Sleep(millis) | What::Timeout(millis) => {
                let until = self.clock.after(*millis);
                deadline = match recorded {
                    Some(Recorded::Command(_, recorded)) => recorded,
                    _ => u64::try_from(until.as_millis()).unwrap_or(u64::MAX),
                };
                let name = if let What::Sleep(_) = what { names::SLEEP } else { names::TIMEOUT };
                vm.sys_sleep(name.into(), until, Some(Duration::from_millis(self.clock.now()))).map(Some)
            }
            What::Signal(name) => vm.sys_get_promise(self.promises.next(name)).map(Some),
            What::Call { body, key, input } => {
                let call = vm.sys_call(target(body, key), input.clone().into(), None, options);
                call.map(|call| Some(call.call_notification_handle))
            }
            What::Start { body, key, input, after } => {
                let at = (*after > 0).then(|| self.clock.after(*after));
                let send = vm.sys_send(target(body, key), input.clone().into(), at, None, options);
                send.map(|send| Some(send.invocation_id_notification_handle))
            }
            What::GetState(name) => vm.sys_state_get(name.clone(), None, options).map(Some),
            What::SetState { name, value } => {
                // A replay removes the state if the journal does.
                let removes = match &recorded {
                    Some(Recorded::Command(What::SetState { value, .. }, _)) => value == "null",
                    _ => value == "null",
                };
                let set = match removes {
                    true => vm.sys_state_clear(name.clone(), None),
                    false => vm.sys_state_set(name.clone(), value.clone().into(), None, options),
                };
                set.map(|()| None)
            }
            other => gen::bail!("gen-restate knows no way to do {other}"),
        };
        let handle = handle.map_err(broken)?;
        Ok(Issued { what: without_value(what), handle, deadline, is_attached: false })
    }

    /// The handles under which the awaited outcomes come.
    fn handles(&mut self, awaited: &Awaited) -> Vec<(NotificationHandle, Ticket)> {
        let of_command = |ticket: Ticket| match self.issued.get(ticket.0 as usize)? {
            Issued { what: What::Signal(_), .. } => None,
            issued => Some((issued.handle?, ticket)),
        };
        let mut handles: Vec<_> = awaited.iter().filter_map(of_command).collect();
        handles.extend(self.promises.awaited(awaited));
        handles
    }

    /// Takes an outcome that is there. `None` if the command has to wait for something else.
    fn take(
        &mut self,
        wire: &mut Wire,
        handles: &[(NotificationHandle, Ticket)],
    ) -> gen::Result<Option<Event>> {
        for (handle, ticket) in handles {
            if let Some(value) = wire.vm.take_notification(*handle).map_err(broken)? {
                let Some(outcome) = self.outcome(wire, *ticket, value)? else { return Ok(None) };
                return Ok(Some(Event::Done(*ticket, outcome)));
            }
        }
        gen::bail!("none of the outcomes is there that the machine of the protocol has announced")
    }

    fn outcome(&mut self, wire: &mut Wire, ticket: Ticket, value: Value) -> gen::Result<Option<Outcome>> {
        let issued = &mut self.issued[ticket.0 as usize];
        match &issued.what {
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
        let outcome = match value {
            Value::Success(json) if json.is_empty() => Outcome::nothing(),
            Value::Success(json) => match String::from_utf8(json.into()) {
                Ok(json) => Outcome::Value(json),
                Err(_) => Outcome::Failed(StepFailed::new("the recorded value is no text")),
            },
            Value::Failure(failure) => Outcome::Failed(failure::of_restate(failure)),
            Value::Void | Value::InvocationId(_) | Value::StateKeys(_) => Outcome::nothing(),
        };
        if let (What::Now, Outcome::Value(millis)) = (&issued.what, &outcome) {
            self.clock.reached(millis.parse().unwrap_or_default());
        }
        Ok(Some(outcome))
    }

    /// Begins the closure of a command. The journal reads the clock itself.
    fn run(&mut self, wire: &mut Wire, handle: NotificationHandle) -> gen::Result<Option<Event>> {
        let Some(ticket) = self.by_handle.get(&handle).copied() else { return Ok(None) };
        match self.issued[ticket.0 as usize].what {
            What::Now => {
                let now = self.clock.now().to_string();
                wire.propose(handle, RunExitResult::Success(now.into())).map_err(stopped)?;
                Ok(None)
            }
            _ => Ok(Some(Event::Run(ticket))),
        }
    }

    fn next_event(
        &mut self,
        wire: &mut Wire,
        cx: &mut Context<'_>,
        awaited: &Awaited,
    ) -> Poll<Result<Event, gen::Error>> {
        while let Some(ticket) = self.done.pop_front() {
            if awaited.contains(ticket) {
                return Poll::Ready(Ok(Event::Done(ticket, Outcome::nothing())));
            }
        }
        let by_handle = &self.by_handle;
        wire.retain_running(|run| by_handle.get(&run).is_some_and(|ticket| awaited.contains(*ticket)));
        loop {
            let handles = self.handles(awaited);
            let of_handles: Vec<NotificationHandle> = handles.iter().map(|(handle, _)| *handle).collect();
            let event = match ready!(wire.poll_progress(cx, &of_handles)) {
                Ok(Progress::Completed) => self.take(wire, &handles)?,
                Ok(Progress::Run(handle)) => self.run(wire, handle)?,
                Ok(Progress::Cancelled) => Some(Event::Cancelled("on the server".into())),
                Err(Stop::Suspended | Stop::Gone) => Some(Event::Suspended),
                Err(stop) => return Poll::Ready(Err(stopped(stop))),
            };
            if let Some(event) = event {
                return Poll::Ready(Ok(event));
            }
        }
    }
}

impl Journal for RestateJournal {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        let wire = Arc::clone(&self.wire);
        let wire = &mut *lock(&wire);
        self.skip_versions(wire)?;
        if wire.next_recorded().is_some_and(|next| !next.fits(command)) {
            return Err(mismatch(wire, format!("issues {command}")));
        }
        let ticket = Ticket(u32::try_from(self.issued.len()).map_err(gen::Error::from)?);
        let issued = self.send(wire, &command.what)?;
        match (&issued.what, issued.handle) {
            (What::Signal(name), Some(promise)) => self.promises.wait(name, ticket, promise),
            (_, Some(handle)) => drop(self.by_handle.insert(handle, ticket)),
            (_, None) => self.done.push_back(ticket),
        }
        self.issued.push(issued);
        Ok(ticket)
    }

    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        let wire = Arc::clone(&self.wire);
        let wire = &mut *lock(&wire);
        self.skip_versions(wire)?;
        match self.versions.get(label) {
            Some(Version { version, entry }) if *version > newest => {
                let recorded = format!("version {version} of `{label}`");
                let now = format!("knows no version after {newest}, at {at}");
                Err(JournalMismatch::new(*entry as u64, recorded, now).into())
            }
            Some(known) => Ok(known.version),
            // Commands without a version are those of a program that did not ask for it.
            None if wire.next_recorded().is_some() => {
                let entry = wire.next_index();
                self.versions.insert(label.into(), Version { version: 0, entry });
                Ok(0)
            }
            None => {
                self.record_version(wire, label.into(), newest)?;
                Ok(newest)
            }
        }
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        let Some(Issued { handle: Some(handle), .. }) = self.issued.get(step.0 as usize) else {
            gen::bail!("the command {} has no closure", step.0);
        };
        let result = match outcome {
            Outcome::Value(json) => RunExitResult::Success(json.into()),
            Outcome::Failed(failed) => RunExitResult::TerminalFailure(failure::to_restate(&failed)),
        };
        lock(&self.wire).propose(*handle, result).map_err(stopped)
    }

    fn cancel(&mut self, _reason: &str) -> gen::Result {
        gen::bail!("only the server can cancel a run on Restate")
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        let wire = Arc::clone(&self.wire);
        let wire = &mut *lock(&wire);
        self.skip_versions(wire)?;
        self.next_event(wire, cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        let wire = Arc::clone(&self.wire);
        let wire = &mut *lock(&wire);
        self.skip_versions(wire)?;
        if wire.next_recorded().is_some_and(|next| *next != Recorded::End) {
            return Err(mismatch(wire, "has ended".into()));
        }
        let value = match outcome {
            Outcome::Value(json) => NonEmptyValue::Success(json.clone().into()),
            Outcome::Failed(failed) => NonEmptyValue::Failure(failure::to_restate(failed)),
        };
        wire.vm.sys_write_output(value, PayloadOptions::unstable_serialization()).map_err(broken)?;
        wire.vm.sys_end().map_err(broken)?;
        // If the server does not read it, it asks again.
        wire.flush().map_err(stopped)
    }

    /// The output is sent by [`finish`](Journal::finish).
    fn poll_finished(&mut self, _cx: &mut Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for RestateJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestateJournal").field("issued", &self.issued.len()).finish_non_exhaustive()
    }
}

/// The wire is whole after a panic of its user: the machine notes the state after each call.
pub(crate) fn lock(wire: &Mutex<Wire>) -> MutexGuard<'_, Wire> {
    wire.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The request without the value that was sent with it.
fn without_value(what: &What) -> What {
    match what {
        What::Call { body, key, .. } => {
            What::Call { body: body.clone(), key: key.clone(), input: String::new() }
        }
        What::Start { body, key, after, .. } => {
            What::Start { body: body.clone(), key: key.clone(), input: String::new(), after: *after }
        }
        What::SetState { name, .. } => What::SetState { name: name.clone(), value: String::new() },
        other => other.clone(),
    }
}

fn target(body: &str, key: &str) -> Target {
    Target {
        service: body.into(),
        handler: RUN.into(),
        key: Some(key.into()),
        idempotency_key: None,
        scope: None,
        limit_key: None,
        headers: Vec::new(),
    }
}

/// Waits for a run that is under way, or has ended.
fn attach(wire: &mut Wire, body: &str, key: &str) -> gen::Result<NotificationHandle> {
    let target = AttachInvocationTarget::WorkflowId { name: body.into(), key: key.into(), scope: None };
    wire.vm.sys_attach_invocation(target).map_err(broken)
}

/// The coroutine does something else than the next command.
fn mismatch(wire: &Wire, now: String) -> gen::Error {
    let recorded = wire.next_recorded().map_or_else(|| "the end".to_owned(), Recorded::describe);
    JournalMismatch::new(wire.next_index() as u64, recorded, now).into()
}

fn broken(error: restate_sdk_shared_core::Error) -> gen::Error {
    stopped(error.into())
}

fn stopped(stop: Stop) -> gen::Error {
    match stop {
        Stop::Suspended | Stop::Gone => gen_durable::Suspended.into(),
        Stop::Broken(error) => ProtocolError::from(&error).into(),
    }
}
