//! [`call`] and [`start`]: another durable coroutine, as a run of its own.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::journal::{Outcome, What};
use crate::leaf::Given;
use crate::step::decoded;

/// Calls another durable coroutine by the name of its body and a key, as a run of its own, and
/// waits for its result.
///
/// The run is begun if there is none of this body with this key. Otherwise the run that is there is
/// the one that is waited for, also if it has ended long ago, and its input is that of the first
/// call. So a call is idempotent, and two callers of one key wait for one run.
///
/// # Without a journal
///
/// There is no place for the other run, so the yield fails at once with
/// [`NoJournal`](crate::NoJournal).
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed), with the text, the code and the payload of the error with
/// which the other run has ended. Also if its result has another type, and if the input cannot be
/// written as JSON or is too large for an entry of a journal.
#[track_caller]
pub fn call<T: DeserializeOwned>(
    body: impl Into<String>,
    key: impl Into<String>,
    input: &(impl Serialize + ?Sized),
) -> Call<T> {
    let (body, key) = (body.into(), key.into());
    Call { given: Given::new(input, |input| What::Call { body, key, input }), value: PhantomData }
}

/// The future of a [`call`](fn@call).
#[must_use = "nothing is called until it is yielded"]
pub struct Call<T> {
    given: Given,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for Call<T> {
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        let outcome = ready!(self.given.poll_in_journal(cx))?;
        let command = self.given.command();
        Poll::Ready(Ok(decoded(outcome, || format!("the result of {command} has another type"))?))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("command", self.given.command()).finish_non_exhaustive()
    }
}

/// Starts another durable coroutine by the name of its body and a key, as a run of its own, and
/// does not wait for its result.
///
/// The yield is done as soon as the run is durably begun: it will come to its end, whatever happens
/// to this process. If there is a run of this body with this key, nothing is started.
///
/// # Without a journal
///
/// There is no place for the other run, so the yield fails at once with
/// [`NoJournal`](crate::NoJournal).
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the input cannot be written as JSON, or is too large for an
/// entry of a journal. The errors of the other run are its own.
#[track_caller]
pub fn start(body: impl Into<String>, key: impl Into<String>, input: &(impl Serialize + ?Sized)) -> Start {
    let (body, key) = (body.into(), key.into());
    Start(Given::new(input, |input| What::Start { body, key, input, after: 0 }))
}

/// The future of a [`start`](fn@start).
#[derive(Debug)]
#[must_use = "nothing is started until it is yielded"]
pub struct Start(Given);

impl Start {
    /// Lets the other run begin after that time, also if no process lives meanwhile. It is rounded
    /// up to a millisecond.
    ///
    /// The yield does not wait for it. If there is a run of this body with this key, that run keeps
    /// its time.
    pub fn after(mut self, time: Duration) -> Self {
        if let What::Start { after, .. } = self.0.what_mut() {
            *after = crate::sleep::millis(time);
        }
        self
    }
}

impl Future for Start {
    type Output = gen::Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result> {
        let outcome = ready!(self.0.poll_in_journal(cx))?;
        Poll::Ready(match outcome {
            Outcome::Value(_) => Ok(()),
            Outcome::Failed(failed) => Err(failed.into()),
        })
    }
}
