//! The shared handler `signal` of each workflow, which sends signals to its runs: see
//! [`promises`](crate::promises).

use std::borrow::Cow;
use std::future::poll_fn;
use std::sync::Mutex;

use gen_durable::StepFailed;
use http::StatusCode;
use restate_sdk_shared_core::{NonEmptyValue, NotificationHandle, PayloadOptions, Value, VM};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::codes::CONFLICT;
use crate::failure;
use crate::names;
use crate::wire::{lock, Progress, Stop, Wire};

/// The name of the handler.
pub(crate) const SIGNAL: &str = "signal";

/// A signal, as its sender describes it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent<'a> {
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) value: &'a RawValue,
}

/// Runs the handler: completes the first promise of the signal that is not completed.
pub(crate) async fn run(wire: &Mutex<Wire>, input: &[u8]) -> Result<(), Stop> {
    let sent = match serde_json::from_slice::<Sent<'_>>(input) {
        Ok(sent) => complete(wire, &sent).await?,
        Err(error) => {
            let text = format!("a signal has a `name` and a `value`: {error}");
            Err(StepFailed::new(text).with_code(StatusCode::BAD_REQUEST.as_u16()))
        }
    };
    let output = match sent {
        Ok(()) => NonEmptyValue::Success("null".into()),
        Err(failed) => NonEmptyValue::Failure(failure::to_restate(&failed)),
    };
    lock(wire).end(output)
}

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
