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
//! | a call of the run itself | nothing: it fails |
//! | a call | a call of the workflow. If there is a run already, the wait for that run follows |
//! | the cancellation of a call | a signal to its run: see [`calls`](crate::calls) |
//! | a start | a one-way call, which may be delayed |
//! | a state | a state of the workflow |
//! | a version | the outcome of a closure that is known at once. No step begins before it is stored |

use std::collections::{BTreeMap, BTreeSet, VecDeque};
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

use crate::calls::Calls;
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
    calls: Calls,
    /// A cancellation has come, and waits for the identifiers of the runs that end with it.
    is_cancelled: bool,
    /// By label.
    versions: BTreeMap<String, Version>,
    /// The handles of the versions that the server has not stored.
    open_versions: BTreeSet<NotificationHandle>,
    /// The outcomes that need nothing of the server.
    done: VecDeque<(Ticket, Outcome)>,
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
    /// It has a closure, which has not begun.
    is_new: bool,
}

impl Issued {
    fn of(what: &What, handle: Option<NotificationHandle>) -> Self {
        Issued { what: without_value(what), handle, deadline: 0, is_attached: false, is_new: false }
    }
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
            calls: Calls::default(),
            is_cancelled: false,
            versions: BTreeMap::new(),
            open_versions: BTreeSet::new(),
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
            self.open_versions.insert(run.handle);
        }
        // The first one is that of the run.
        self.versions.entry(label).or_insert(Version { version, entry });
        Ok(())
    }

    /// Sends the command, or takes it from the journal.
    fn send(&mut self, wire: &mut Wire, ticket: Ticket, what: &What) -> gen::Result<Issued> {
        let recorded = wire.next_recorded().cloned();
        let vm = &mut wire.vm;
        let options = PayloadOptions::unstable_serialization();
        let (mut deadline, mut is_new) = (0, false);
        let handle = match what {
            What::Step(_) | What::Random | What::Uuid | What::Now => {
                vm.sys_run(Run::Command(what.clone()).name()).map(|run| {
                    is_new = !run.replayed;
                    Some(run.handle)
                })
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
                call.map(|call| {
                    self.calls.issued(ticket, call.invocation_id_notification_handle);
                    Some(call.call_notification_handle)
                })
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
        Ok(Issued { deadline, is_new, ..Issued::of(what, handle) })
    }

    /// The handles under which the awaited outcomes come. No closure begins that is not among them,
    /// and none is before the versions are stored on which it may depend.
    fn handles(&mut self, awaited: &Awaited) -> Vec<(NotificationHandle, Ticket)> {
        let begins = self.open_versions.is_empty();
        let of_command = |ticket: Ticket| match self.issued.get(ticket.0 as usize)? {
            Issued { what: What::Signal(_), .. } => None,
            Issued { is_new: true, .. } if !begins => None,
            issued => Some((issued.handle?, ticket)),
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
        for version in &self.open_versions {
            if wire.vm.take_notification(*version).map_err(broken)?.is_some() {
                let version = *version;
                self.open_versions.remove(&version);
                return Ok(None);
            }
        }
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
        self.calls.ended(ticket);
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
        let issued = &mut self.issued[ticket.0 as usize];
        issued.is_new = false;
        match issued.what {
            What::Now => {
                let now = self.clock.now().to_string();
                wire.propose(handle, RunExitResult::Success(now.into())).map_err(stopped)?;
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
            if let Progress::Completed = ready!(wire.poll_progress(cx, &[identifier])).map_err(stopped)? {
                self.calls.mark(call, identifier_of_run(wire, identifier)?);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Cancels the runs of the marked calls that were given up.
    fn cancel_called(&mut self, wire: &mut Wire, awaited: &Awaited) -> gen::Result {
        for run in self.calls.take_given_up(awaited) {
            if wire.next_recorded().is_some_and(|next| *next != Recorded::Cancel) {
                return Err(mismatch(wire, "cancels a run that it has called".into()));
            }
            wire.vm.sys_cancel_invocation(run).map_err(broken)?;
        }
        Ok(())
    }

    fn next_event(
        &mut self,
        wire: &mut Wire,
        cx: &mut Context<'_>,
        awaited: &Awaited,
    ) -> Poll<Result<Event, gen::Error>> {
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
            let all: Vec<NotificationHandle> =
                of_commands.chain(self.open_versions.iter().copied()).collect();
            let event = match ready!(wire.poll_progress(cx, &all)) {
                Ok(Progress::Completed) => self.take(wire, &handles)?,
                Ok(Progress::Run(handle)) => self.run(wire, handle)?,
                Ok(Progress::Cancelled) => {
                    self.is_cancelled = true;
                    None
                }
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
        let ticket = Ticket(u32::try_from(self.issued.len()).map_err(gen::Error::from)?);
        if let Some(refused) = refusal(wire, &command.what) {
            self.done.push_back((ticket, Outcome::Failed(refused)));
            self.issued.push(Issued::of(&command.what, None));
            return Ok(ticket);
        }
        if wire.next_recorded().is_some_and(|next| !next.fits(command)) {
            return Err(mismatch(wire, format!("issues {command}")));
        }
        let issued = self.send(wire, ticket, &command.what)?;
        match (&issued.what, issued.handle) {
            (What::Signal(name), Some(promise)) => self.promises.wait(name, ticket, promise),
            (_, Some(handle)) => drop(self.by_handle.insert(handle, ticket)),
            (_, None) => self.done.push_back((ticket, Outcome::nothing())),
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
        let result = match outcome.limited() {
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
        self.cancel_called(wire, awaited)?;
        self.next_event(wire, cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        let wire = Arc::clone(&self.wire);
        let wire = &mut *lock(&wire);
        self.skip_versions(wire)?;
        self.cancel_called(wire, &Awaited::default())?;
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

/// Takes the identifier of a run that was called.
fn identifier_of_run(wire: &mut Wire, handle: NotificationHandle) -> gen::Result<String> {
    match wire.vm.take_notification(handle).map_err(broken)? {
        Some(Value::InvocationId(run)) => Ok(run),
        other => gen::bail!("instead of the identifier of a run came {other:?}"),
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
