//! [`Store`]: the place where a journal keeps its records.

use std::task::{Context, Poll};

use super::inbox::SentSignal;
use crate::error::StepFailed;
use crate::journal::{Command, Outcome, Ticket, What};
use crate::record::Record;

/// Keeps the records of one run, and tells the run what comes from outside.
pub(crate) trait Store: Send + 'static {
    /// Adds a record after the others. It need not be safe yet.
    fn append(&mut self, record: &Record) -> gen::Result;

    /// Completes when all records are safe. A slow store lets the thread do other work meanwhile.
    fn poll_sync(&mut self, cx: &Context<'_>) -> Poll<gen::Result>;

    /// Returns the signals that have come since the last call, and all of them in the first call.
    /// The task of `cx` is woken when others come.
    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>>;

    /// Completes when [`poll_signals`](Self::poll_signals) and [`poll_ends`](Self::poll_ends)
    /// return everything that had happened before the first call of this.
    ///
    /// A deadline that has passed waits for this, so that an earlier signal comes before it.
    fn poll_caught_up(&mut self, _cx: &Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(Ok(()))
    }

    /// The outcome that is kept of a step, a random number or an identifier, instead of the one
    /// that the driver has proposed. Only a test replaces it.
    fn settle(&mut self, _step: Ticket, _what: &What, proposed: Outcome) -> Outcome {
        proposed
    }

    /// The failure of a call or a start, if this run cannot begin the other run. The answer is the
    /// same in each replay.
    ///
    /// # Errors
    ///
    /// The store has no other runs.
    fn refusal(&self, _command: &Command) -> gen::Result<Option<StepFailed>> {
        Ok(None)
    }

    /// Begins the other run of a call or a start, unless there is one of its name, together with
    /// the next record. A run that is started later begins at the time `at`.
    fn begin(&mut self, _what: &What, _at: Option<u64>) -> gen::Result {
        Ok(())
    }

    /// Watches the run of a call, so that [`poll_ends`](Self::poll_ends) returns its end.
    fn watch(&mut self, _call: Ticket, _what: &What) -> gen::Result {
        Ok(())
    }

    /// Returns the ends of watched runs that have come since the last call. The task of `cx` is
    /// woken when others come.
    fn poll_ends(&mut self, _cx: &Context<'_>) -> gen::Result<Vec<End>> {
        Ok(Vec::new())
    }

    /// Cancels the run of a call, together with the next record.
    fn cancel_called(&mut self, _call: &What, _reason: &str) -> gen::Result {
        Ok(())
    }

    /// Shows a state to others, together with the next record.
    fn show_state(&mut self, _name: &str, _value: &str) {}

    /// The coroutine is suspended, and waits for `number` commands: `waits`.
    fn suspended(&mut self, _number: usize, _waits: &mut dyn Iterator<Item = Wait<'_>>) -> gen::Result {
        Ok(())
    }

    /// Takes the reason of a cancellation that has come to the store. The task of `cx` is woken
    /// when a later one comes.
    ///
    /// # Errors
    ///
    /// Another process has taken the run over.
    fn take_cancel(&mut self, _cx: &Context<'_>) -> gen::Result<Option<String>> {
        Ok(None)
    }
}

/// A command for which the coroutine waits, and its deadline.
pub(crate) type Wait<'a> = (Ticket, &'a Command, Option<u64>);

/// The end of the run of a call, and its time in milliseconds since 1970.
pub(crate) type End = (Ticket, u64, Outcome);
