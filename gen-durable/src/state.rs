//! [`set_state`] and [`get_state`]: what a run shows to others.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::error::NoJournal;
use crate::journal::{Outcome, What};
use crate::leaf::{Asked, Given};
use crate::step::decoded;

/// Sets a state of this run, which others can see while the run goes on: its progress, or the
/// number of its parcel.
///
/// A value that JSON writes as `null`, such as `None`, removes the state.
///
/// # Without a journal
///
/// Nobody can see it, and nothing happens.
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the value cannot be written as JSON, or is too large for an
/// entry of a journal.
#[track_caller]
pub fn set_state(name: impl Into<String>, value: &(impl Serialize + ?Sized)) -> SetState {
    let name = name.into();
    SetState(Given::new(value, |value| What::SetState { name, value }))
}

/// The future of a [`set_state`](fn@set_state).
#[derive(Debug)]
#[must_use = "nothing is set until it is yielded"]
pub struct SetState(Given);

impl Future for SetState {
    type Output = gen::Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(match ready!(self.0.poll(cx))? {
            Some(Outcome::Failed(failed)) => Err(failed.into()),
            Some(Outcome::Value(_)) | None => Ok(()),
        })
    }
}

/// Reads a state that this run has [set](fn@set_state). `None` if it has none of that name.
///
/// # Without a journal
///
/// There is no state, so the yield fails at once with [`NoJournal`].
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the state has another type.
#[track_caller]
pub fn get_state<T: DeserializeOwned>(name: impl Into<String>) -> GetState<T> {
    GetState { asked: Asked::new(What::GetState(name.into())), value: PhantomData }
}

/// The future of a [`get_state`](fn@get_state).
#[must_use = "nothing is read until it is yielded"]
pub struct GetState<T> {
    asked: Asked,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for GetState<T> {
    type Output = gen::Result<Option<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<Option<T>>> {
        let outcome = ready!(self.asked.poll(cx));
        let command = &self.asked.command;
        Poll::Ready(match outcome {
            Some(outcome) => Ok(decoded(outcome, || format!("{command} has another type"))?),
            None => Err(NoJournal { what: command.to_string() }.into()),
        })
    }
}

impl<T> fmt::Debug for GetState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetState").field("command", &self.asked.command).finish_non_exhaustive()
    }
}
