//! [`set_state`] and [`get_state`]: the state that a run shows to others.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::command_future::CheckedCommand;
use crate::journal::{Outcome, What};
use crate::step::decoded;

/// Sets a state of this run, which others can see while the run goes on: its progress, or the
/// number of its parcel.
///
/// A value that JSON writes as `null`, such as `None`, removes the state.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{get_state, set_state, step, MemoryJournal, Records};
///
/// #[gen::coroutine]
/// fn pick(items: Vec<&'static str>) -> gen::Result<u32> {
///     for item in items {
///         yield_!(step(item, || async { Ok(()) }))?;
///         let picked = yield_!(get_state::<u32>("picked"))?.unwrap_or(0);
///         yield_!(set_state("picked", &(picked + 1)))?;
///     }
///     Ok(yield_!(get_state("picked"))?.unwrap_or(0))
/// }
/// let records = Records::new();
/// for _ in 0..2 {
///     let journal = MemoryJournal::new(&records);
///     let run = gen_durable::run(pick(vec!["apple", "pear"]), journal);
///     assert_eq!(gen::run_sync(run)?, 2);
///     assert_eq!(records.state("picked")?, Some(2));
/// }
/// # Ok::<(), gen::Error>(())
/// ```
///
/// | journal | to read a state from outside |
/// |---|---|
/// | [`SqliteStore`](crate::SqliteStore) | [`SqliteStore::state`](crate::SqliteStore::state), in any process; [`Run::state`](crate::Run::state) |
/// | [`MemoryJournal`](crate::MemoryJournal) | [`Records::state`](crate::Records::state) |
/// | [`FileJournal`](crate::FileJournal) | only the coroutine itself reads it |
///
/// Each change is an entry of the journal, so others never see a state that a kill takes back.
///
/// # Without a journal
///
/// Nothing outside can see it, and nothing happens.
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the value cannot be written as JSON, or is too large for an
/// entry of a journal, or the name has more than 1 KiB.
#[track_caller]
pub fn set_state(name: impl Into<String>, value: &(impl Serialize + ?Sized)) -> SetState {
    let name = name.into();
    SetState(CheckedCommand::new(value, |value| What::SetState { name, value }))
}

/// The future of a [`set_state`](fn@set_state).
#[derive(Debug)]
#[must_use = "nothing is set until it is yielded"]
pub struct SetState(CheckedCommand);

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
/// ```
/// use gen::yield_;
/// use gen_durable::{get_state, set_state, MemoryJournal, Records};
///
/// #[gen::coroutine]
/// fn count() -> gen::Result<Option<u32>> {
///     assert_eq!(yield_!(get_state::<u32>("count"))?, None);
///     yield_!(set_state("count", &1))?;
///     yield_!(get_state("count"))
/// }
/// let run = gen_durable::run(count(), MemoryJournal::new(&Records::new()));
/// assert_eq!(gen::run_sync(run).unwrap(), Some(1));
/// ```
///
/// # Without a journal
///
/// There is no state, so the yield fails at once with
/// [`NoJournal`](crate::NoJournal).
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the state has another type, or the name more than 1 KiB.
#[track_caller]
pub fn get_state<T: DeserializeOwned>(name: impl Into<String>) -> GetState<T> {
    GetState { command: CheckedCommand::of(What::GetState(name.into())), value: PhantomData }
}

/// The future of a [`get_state`](fn@get_state).
#[must_use = "nothing is read until it is yielded"]
pub struct GetState<T> {
    command: CheckedCommand,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for GetState<T> {
    type Output = gen::Result<Option<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<Option<T>>> {
        let outcome = ready!(self.command.poll_in_journal(cx))?;
        let command = self.command.command();
        Poll::Ready(Ok(decoded(outcome, || format!("{command} has another type"))?))
    }
}

impl<T> fmt::Debug for GetState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetState").field("command", self.command.command()).finish_non_exhaustive()
    }
}
