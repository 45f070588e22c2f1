//! [`Journal`]: the place where a durable coroutine is written down, and its contents.

use std::collections::BTreeSet;
use std::fmt;
use std::task::{Context, Poll};

use serde::{Deserialize, Serialize};

use crate::error::StepFailed;
use crate::place::Place;
use crate::record::MAX_JSON;

/// The number of a command, from 0, in the order in which the coroutine has issued them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ticket(pub u32);

/// A request of a coroutine to its journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The request.
    pub what: What,
    /// The line that asks. It may be another one in a replay.
    pub at: Place,
}

/// The kinds of commands. Each is a yield of the coroutine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// To run the closure of this step, and to keep its outcome.
    Step(String),
    /// To wait for so many milliseconds.
    Sleep(u64),
    /// As a sleep: the deadline of a timeout.
    Timeout(u64),
    /// To wait for the next signal of this name. The outcome is its value.
    Signal(String),
    /// To read the clock by which the journal sets deadlines. The outcome is a number of
    /// milliseconds since 1970.
    Now,
    /// To run the closure, which makes a random number, and to keep its outcome.
    Random,
    /// As a random number: an identifier.
    Uuid,
    /// To run another coroutine, unless there is a run of this body with this key already, and to
    /// wait for that run. The outcome is its result.
    Call {
        /// The name of its body.
        body: String,
        /// Its key.
        key: String,
        /// Its arguments, as JSON.
        input: String,
    },
    /// As a call, without the wait. The outcome is no value: the run will come to its end.
    Start {
        /// The name of its body.
        body: String,
        /// Its key.
        key: String,
        /// Its arguments, as JSON.
        input: String,
        /// The milliseconds after which it begins.
        after: u64,
    },
    /// To read the state of this name. The outcome is its value, or `null` if there is none.
    GetState(String),
    /// To set a state of the run. The outcome is no value.
    SetState {
        /// The name of the state.
        name: String,
        /// Its value, as JSON. `null` removes it.
        value: String,
    },
}

impl Command {
    /// Whether a replay that issues this command fits a journal with the command `recorded`: both
    /// are of the same kind, steps have the same label, signals and states the same name, and calls
    /// the same body and key.
    ///
    /// Times, lines, inputs and values may differ, because the program may have changed them.
    #[must_use]
    pub fn fits(&self, recorded: &Command) -> bool {
        match (&self.what, &recorded.what) {
            (What::Sleep(_), What::Sleep(_)) | (What::Timeout(_), What::Timeout(_)) => true,
            (What::Call { body, key, .. }, What::Call { body: b, key: k, .. })
            | (What::Start { body, key, .. }, What::Start { body: b, key: k, .. }) => (body, key) == (b, k),
            (What::SetState { name, .. }, What::SetState { name: recorded, .. }) => name == recorded,
            (what, recorded) => what == recorded,
        }
    }

    /// The label of a step.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        match &self.what {
            What::Step(label) => Some(label),
            _ => None,
        }
    }

    /// The time after which the command is done, if time is all that it needs. A reading of the
    /// clock needs none.
    #[must_use]
    pub fn millis(&self) -> Option<u64> {
        match self.what {
            What::Sleep(millis) | What::Timeout(millis) => Some(millis),
            What::Now => Some(0),
            _ => None,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Step(label) => write!(f, "the step `{label}`"),
            What::Sleep(_) => f.write_str("a sleep"),
            What::Timeout(_) => f.write_str("a timeout"),
            What::Signal(name) => write!(f, "the signal `{name}`"),
            What::Now => f.write_str("a reading of the clock"),
            What::Random => f.write_str("a random number"),
            What::Uuid => f.write_str("a UUID"),
            What::Call { body, key, .. } => write!(f, "the call of `{body}` with key `{key}`"),
            What::Start { body, key, .. } => write!(f, "the start of `{body}` with key `{key}`"),
            What::GetState(name) => write!(f, "a reading of the state `{name}`"),
            What::SetState { name, .. } => write!(f, "a change of the state `{name}`"),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.what, self.at)
    }
}

/// The result of a command, or of the whole coroutine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The value, as JSON.
    Value(String),
    /// The part of the error that survives.
    Failed(StepFailed),
}

impl Outcome {
    /// The outcome of a command that has no value, such as a sleep.
    #[must_use]
    pub fn nothing() -> Self {
        Outcome::Value("null".into())
    }

    /// The part of a result that a journal keeps.
    ///
    /// A value that JSON cannot hold is a failure.
    pub fn of<T: Serialize>(result: &gen::Result<T>) -> Self {
        match result.as_ref().map(serde_json::to_string) {
            Ok(Ok(json)) => Outcome::Value(json),
            Ok(Err(error)) => {
                Outcome::Failed(StepFailed::new(format!("the result cannot be written as JSON: {error}")))
            }
            Err(error) => Outcome::Failed(StepFailed::of(error)),
        }
    }

    /// The outcome, or a failure if it has more than the 16 MiB of an entry.
    ///
    /// A [`Journal`] keeps this one of each step, so that a run does not fail at the same step for
    /// ever.
    #[must_use]
    pub fn limited(self) -> Self {
        match self.too_large() {
            Some(failed) => Outcome::Failed(failed),
            None => self,
        }
    }

    /// The failure that a journal keeps instead of an outcome that is too large for an entry.
    pub(crate) fn too_large(&self) -> Option<StepFailed> {
        /// Room for the other parts of the entry.
        const PARTS: usize = 64;
        match serde_json::to_vec(self).map(|json| json.len()) {
            Ok(size) if size + PARTS <= MAX_JSON => None,
            Ok(size) => Some(StepFailed::new(format!(
                "the result has {size} bytes, and an entry of the journal at most {MAX_JSON}"
            ))),
            Err(error) => Some(StepFailed::new(error.to_string())),
        }
    }
}

/// The next thing that happens to a coroutine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A command is done, and its outcome is in the journal.
    Done(Ticket, Outcome),
    /// The closure of this step, or of a random number, is to run now, in this process. The driver
    /// [proposes](Journal::propose) the outcome.
    Run(Ticket),
    /// The coroutine is cancelled, for this reason, and the journal says so.
    Cancelled(String),
    /// The coroutine is to go on later, maybe in another process. The driver drops it.
    Suspended,
}

/// The commands for which a coroutine waits at present.
#[derive(Debug, Default)]
pub struct Awaited(pub(crate) BTreeSet<Ticket>);

impl Awaited {
    /// Whether the coroutine waits for this command.
    #[must_use]
    pub fn contains(&self, ticket: Ticket) -> bool {
        self.0.contains(&ticket)
    }

    /// The first of these commands for which the coroutine waits. Those before it are removed: it
    /// has given them up, and never waits for them again.
    pub(crate) fn first_of(&self, tickets: &mut BTreeSet<Ticket>) -> Option<Ticket> {
        while let Some(ticket) = tickets.first().copied() {
            if self.contains(ticket) {
                return Some(ticket);
            }
            tickets.pop_first();
        }
        None
    }

    /// The commands, in the order in which they were issued.
    pub fn iter(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.0.iter().copied()
    }
}

/// A journal: where a durable coroutine is written down.
///
/// The journal gives one [event](Event) at a time, and the coroutine then runs to its next
/// suspension. So commands and outcomes have one order, which is the same in each replay.
///
/// | the driver calls | when |
/// |---|---|
/// | [`issue`](Self::issue) | the coroutine yields a step, a sleep, a signal or another command for the first time |
/// | [`version`](Self::version) | the coroutine asks for a version |
/// | [`poll_event`](Self::poll_event) | the coroutine is suspended |
/// | [`propose`](Self::propose) | the closure of a step has ended |
/// | [`cancel`](Self::cancel) | the task of the driver is cancelled |
/// | [`finish`](Self::finish) | the coroutine has ended |
/// | [`poll_finished`](Self::poll_finished) | after that, until the result is safe |
///
/// [`FileJournal`](crate::FileJournal), [`MemoryJournal`](crate::MemoryJournal) and
/// [`SqliteJournal`](crate::SqliteJournal) implement it. A journal of your own may wrap one of
/// them:
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, Awaited, Command, Event, Journal, MemoryJournal, Outcome};
/// use gen_durable::{Place, Records, Ticket};
/// use std::task::{Context, Poll};
///
/// /// The process dies before it records the outcome of its first step.
/// struct Dying(MemoryJournal);
///
/// impl Journal for Dying {
///     fn propose(&mut self, _: Ticket, _: Outcome) -> gen::Result {
///         gen::bail!("the process dies")
///     }
///
///     fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
///         self.0.issue(command)
///     }
///
///     fn version(&mut self, of: &str, newest: u32, at: &Place) -> gen::Result<u32> {
///         self.0.version(of, newest, at)
///     }
///
///     fn cancel(&mut self, reason: &str) -> gen::Result {
///         self.0.cancel(reason)
///     }
///
///     fn poll_event(
///         &mut self,
///         cx: &mut Context<'_>,
///         awaited: &Awaited,
///     ) -> Poll<gen::Result<Event>> {
///         self.0.poll_event(cx, awaited)
///     }
///
///     fn finish(&mut self, outcome: &Outcome) -> gen::Result {
///         self.0.finish(outcome)
///     }
///
///     fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
///         self.0.poll_finished(cx)
///     }
/// }
///
/// #[gen::coroutine]
/// fn order() -> gen::Result<u32> {
///     yield_!(step("charge", || async { Ok(30) }))
/// }
/// let records = Records::new();
/// let journal = Dying(MemoryJournal::new(&records));
/// let error = gen::run_sync(gen_durable::run(order(), journal)).unwrap_err();
/// assert_eq!(error.to_string(), "the process dies");
/// // The step was begun, and runs again in the next process.
/// assert_eq!((records.len(), records.steps().len()), (1, 0));
/// let journal = MemoryJournal::new(&records);
/// assert_eq!(gen::run_sync(gen_durable::run(order(), journal)).unwrap(), 30);
/// ```
///
/// # Errors
///
/// Each error ends the run, and the coroutine is dropped.
/// [`JournalMismatch`](crate::JournalMismatch) is the error of a coroutine that does not do what
/// the journal says.
pub trait Journal: Send + 'static {
    /// Writes a command down, or, in a replay, compares it with the recorded one.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors).
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket>;

    /// The version of a change that this run has, as [`version`](fn@crate::version) says. A journal
    /// without records left writes `newest` down, unless the label has a version already.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors). A journal that does not implement it keeps no
    /// versions, and fails.
    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        let _ = newest;
        gen::bail!("the journal keeps no versions, so it has none for `{label}` at {at}")
    }

    /// Takes the outcome of a step whose closure has run. It is an event later, when it is safe.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors).
    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result;

    /// Asks for a cancellation. It is an event later.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors).
    fn cancel(&mut self, reason: &str) -> gen::Result;

    /// The next event. An event must be safe before it is given, and may be the
    /// [outcome](Event::Done) of an awaited command only.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors).
    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>>;

    /// Writes the result of the coroutine down, or, in a replay, compares it with the recorded one.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors).
    fn finish(&mut self, outcome: &Outcome) -> gen::Result;

    /// Completes when the result is safe. Only then the caller of the run gets it.
    ///
    /// A journal that wraps another one asks that one: some write the result only here. A journal
    /// that has made the result safe in [`finish`](Self::finish) is ready at once.
    ///
    /// # Errors
    ///
    /// Those of [every method](Journal#errors).
    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result>;
}
