//! Signals, which are promises on the server.
//!
//! A promise is completed once, and a signal may be sent many times. So the signals of a name are a
//! queue of promises, which are completed in the order of their numbers:
//!
//! | who | does |
//! |---|---|
//! | the n-th wait for the name, in the journal | asks for the n-th promise |
//! | a sender, in the shared handler `signal` | completes the first promise that is not completed |
//! | the journal, when the first promise that it has not given yet is completed | gives its value to the first wait that is left |
//!
//! Two senders that find the same promise free get different answers from the server, and the one
//! that is refused looks for the next one. A wait that is given up leaves its promise to the next
//! wait, so a signal is never lost with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::poll_fn;
use std::sync::Mutex;

use gen_durable::{Awaited, StepFailed, Ticket};
use restate_sdk_shared_core::{NonEmptyValue, NotificationHandle, PayloadOptions, Value, VM};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure;
use crate::journal::lock;
use crate::names;
use crate::wire::{Progress, Stop, Wire};

/// The shared handler that takes signals.
pub(crate) const SIGNAL: &str = "signal";

/// The signals of a run, for its journal.
#[derive(Debug, Default)]
pub(crate) struct Promises(BTreeMap<String, OfName>);

#[derive(Debug, Default)]
struct OfName {
    /// The number of promises that were asked for.
    asked: u64,
    /// Those that were not given, in the order of their numbers.
    promises: VecDeque<NotificationHandle>,
    /// The commands that wait. They may be given up.
    waiting: BTreeSet<Ticket>,
}

impl Promises {
    /// The promise that the next wait for this signal asks for.
    pub(crate) fn next(&self, signal: &str) -> String {
        let asked = self.0.get(signal).map_or(0, |of_name| of_name.asked);
        names::promise(signal, asked + 1)
    }

    /// A command waits for the signal, and has asked for the next promise.
    pub(crate) fn wait(&mut self, signal: &str, ticket: Ticket, promise: NotificationHandle) {
        let of_name = self.0.entry(signal.into()).or_default();
        of_name.asked += 1;
        of_name.promises.push_back(promise);
        of_name.waiting.insert(ticket);
    }

    /// The promise that is completed next of each signal that is awaited, and the command that gets
    /// its value.
    pub(crate) fn awaited(&mut self, awaited: &Awaited) -> Vec<(NotificationHandle, Ticket)> {
        let first = |of_name: &mut OfName| {
            of_name.waiting.retain(|ticket| awaited.contains(*ticket));
            Some((*of_name.promises.front()?, *of_name.waiting.first()?))
        };
        self.0.values_mut().filter_map(first).collect()
    }

    /// The value of the first promise of this signal was given to a command.
    pub(crate) fn given(&mut self, signal: &str, ticket: Ticket) {
        if let Some(of_name) = self.0.get_mut(signal) {
            of_name.promises.pop_front();
            of_name.waiting.remove(&ticket);
        }
    }
}

/// A signal, as its sender describes it to the shared handler.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent<'a> {
    pub(crate) name: String,
    #[serde(borrow)]
    pub(crate) value: &'a RawValue,
}

/// Runs the shared handler: completes the first promise of the signal that is not completed.
pub(crate) async fn send(wire: &Mutex<Wire>, input: &[u8]) -> Result<(), Stop> {
    let sent = match serde_json::from_slice::<Sent<'_>>(input) {
        Ok(sent) => complete(wire, &sent).await?,
        Err(error) => {
            let text = format!("a signal has a `name` and a `value`: {error}");
            Err(StepFailed::new(text).with_code(400))
        }
    };
    let output = match sent {
        Ok(()) => NonEmptyValue::Success("null".into()),
        Err(failed) => NonEmptyValue::Failure(failure::to_restate(&failed)),
    };
    let mut wire = lock(wire);
    wire.vm.sys_write_output(output, PayloadOptions::default())?;
    wire.vm.sys_end()?;
    wire.flush()
}

/// The code of a promise that is completed already.
const CONFLICT: u16 = 409;

async fn complete(wire: &Mutex<Wire>, sent: &Sent<'_>) -> Result<Result<(), StepFailed>, Stop> {
    let mut number = 1;
    loop {
        let value = NonEmptyValue::Success(sent.value.get().to_owned().into());
        let (promise, options) =
            (names::promise(&sent.name, number), PayloadOptions::unstable_serialization());
        let handle = lock(wire).vm.sys_complete_promise(promise, value, options)?;
        match outcome(wire, handle).await? {
            Value::Failure(failure) if failure.code == CONFLICT => {
                number = first_free(wire, &sent.name, number).await?;
            }
            Value::Failure(failure) => return Ok(Err(failure::of_restate(failure))),
            _ => return Ok(Ok(())),
        }
    }
}

/// The number of the first promise that is not completed. All up to `completed` are. It takes as
/// many questions as that number has binary digits, some two times.
async fn first_free(wire: &Mutex<Wire>, signal: &str, mut completed: u64) -> Result<u64, Stop> {
    let mut step = 1;
    let mut free = loop {
        let number = completed + step;
        if !is_completed(wire, signal, number).await? {
            break number;
        }
        (completed, step) = (number, step * 2);
    };
    while free - completed > 1 {
        let middle = completed + (free - completed) / 2;
        if is_completed(wire, signal, middle).await? {
            completed = middle;
        } else {
            free = middle;
        }
    }
    Ok(free)
}

async fn is_completed(wire: &Mutex<Wire>, signal: &str, number: u64) -> Result<bool, Stop> {
    let handle = lock(wire).vm.sys_peek_promise(names::promise(signal, number))?;
    Ok(outcome(wire, handle).await? != Value::Void)
}

async fn outcome(wire: &Mutex<Wire>, handle: NotificationHandle) -> Result<Value, Stop> {
    loop {
        // The end of the handler is near, so a cancellation changes nothing.
        if let Progress::Completed = poll_fn(|cx| lock(wire).poll_progress(cx, &[handle])).await? {
            if let Some(value) = lock(wire).vm.take_notification(handle)? {
                return Ok(value);
            }
        }
    }
}
