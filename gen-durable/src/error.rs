//! The errors of durable coroutines.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::place::Place;

/// The part of the error of a step that survives in a journal.
///
/// The yield of the step raises this error in the first run too, so that a replay does the same.
///
/// | of an error | survives |
/// |---|---|
/// | its text, with the texts of its causes | as the [text](fmt::Display) |
/// | its type | no |
/// | its [code](Self::code), payload, and whether it is [permanent](Self::is_permanent) | if it is, or has as a cause, a `StepFailed` |
/// | that it is [`Cancelled`](gen::Cancelled) | as the code [`CANCELLED`](Self::CANCELLED) |
/// | its trace, and its [others](gen::Error::others) | no |
///
/// A step that fails with another error has the code [`FAILED`](Self::FAILED). To choose the code,
/// or to add a payload, let the step fail with a `StepFailed` of your own:
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, MemoryJournal, Records, StepFailed};
///
/// #[gen::coroutine]
/// fn pay(price: u32) -> gen::Result<String> {
///     let paid = yield_!(step("pay", move || async move {
///         let empty = StepFailed::new("the card is empty").with_code(402);
///         Err::<u32, _>(empty.with_payload(&(price - 30)).into())
///     }));
///     let error = paid.unwrap_err();
///     let failed = error.downcast_ref::<StepFailed>().expect("a step fails with it");
///     let missing: u32 = failed.payload().unwrap();
///     Ok(format!("{}: {failed}, {missing} are missing", failed.code()))
/// }
/// let records = Records::new();
/// for _ in 0..2 {
///     let run = gen_durable::run(pay(42), MemoryJournal::new(&records));
///     let text = gen::run_sync(run).unwrap();
///     assert_eq!(text, "402: the card is empty, 12 are missing");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepFailed {
    code: u16,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    permanent: bool,
    /// In a journal only, of an attempt that another one follows: the wait between the two, in
    /// milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry: Option<u64>,
}

impl StepFailed {
    /// The code of an error that has no other one.
    pub const FAILED: u16 = 500;

    /// The code of a cancellation.
    pub const CANCELLED: u16 = 409;

    /// An error with this text.
    pub fn new(message: impl Into<String>) -> Self {
        let (code, message) = (Self::FAILED, message.into());
        StepFailed { code, message, payload: None, permanent: false, retry: None }
    }

    /// Sets the code. It has the meaning that you give it.
    #[must_use]
    pub fn with_code(self, code: u16) -> Self {
        StepFailed { code, ..self }
    }

    /// Adds data. A payload that JSON cannot hold is left out.
    #[must_use]
    pub fn with_payload(self, payload: &impl Serialize) -> Self {
        StepFailed { payload: serde_json::to_string(payload).ok(), ..self }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The data, if it has some of this type.
    #[must_use]
    pub fn payload<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.payload.as_deref()?).ok()
    }

    /// Makes it an error that no further attempt can mend, as [`permanent`] does.
    #[must_use]
    pub fn into_permanent(self) -> Self {
        StepFailed { permanent: true, ..self }
    }

    /// Whether no further attempt can mend it: a [retry](crate::Step::retry) makes none.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// The failure of an attempt that another one follows, after that time.
    pub(crate) fn with_retry(self, wait: Duration) -> Self {
        StepFailed { retry: Some(crate::sleep::millis(wait)), ..self }
    }

    /// The failure, and the wait before the next attempt, if one follows.
    pub(crate) fn take_retry(self) -> (Self, Option<Duration>) {
        let wait = self.retry.map(Duration::from_millis);
        (StepFailed { retry: None, ..self }, wait)
    }

    /// The part of any error that survives.
    #[must_use]
    pub fn of(error: &gen::Error) -> Self {
        let message = format!("{error:#}");
        match error.downcast_ref::<StepFailed>() {
            Some(failed) => StepFailed { message, ..failed.clone() },
            None if error.is_cancelled() => StepFailed::new(message).with_code(Self::CANCELLED),
            None => StepFailed::new(message),
        }
    }
}

impl fmt::Display for StepFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for StepFailed {}

/// Makes an error one that no further attempt can mend, so that a [retry](crate::Step::retry) makes
/// none: a card that does not exist, a request that is not allowed.
///
/// ```
/// use gen_durable::{permanent, StepFailed};
///
/// let error = permanent(std::io::Error::from(std::io::ErrorKind::PermissionDenied));
/// assert_eq!(error.to_string(), "permission denied");
/// assert!(error.downcast_ref::<StepFailed>().is_some_and(StepFailed::is_permanent));
/// ```
///
/// It is a [`StepFailed`], which keeps the code and the payload if the error has them. A step that
/// is not retried, and the coroutine, may end with it, too.
pub fn permanent(error: impl Into<gen::Error>) -> gen::Error {
    StepFailed::of(&error.into()).into_permanent().into()
}

/// The coroutine has no journal, and waits for something that only a journal has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoJournal {
    /// The thing and its line, such as "the signal `approved` at src/order.rs:12:5".
    pub what: String,
}

impl fmt::Display for NoJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "only a coroutine with a journal can wait for {}", self.what)
    }
}

impl StdError for NoJournal {}

/// The coroutine departs from its journal.
///
/// The program was changed, or the coroutine does something that differs from run to run: see
/// [the rules](crate#what-must-be-the-same-in-each-run).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalMismatch {
    /// The entry of the journal, counted from 1.
    pub entry: u64,
    /// The text of the entry, such as "the step `charge` at src/order.rs:12:5".
    pub recorded: String,
    /// The coroutine's action, such as "issues the step `pay` at src/order.rs:13:5".
    pub now: String,
}

impl JournalMismatch {
    /// The error of a journal: the entry of this number, counted from 1, is `recorded`, but now the
    /// coroutine does `now`.
    ///
    /// ```
    /// use gen_durable::JournalMismatch;
    ///
    /// let error = JournalMismatch::new(2, "a sleep".into(), "has ended".into());
    /// let text = error.to_string();
    /// assert!(text.ends_with("entry 2 is a sleep, but now it has ended"), "{text}");
    /// ```
    #[must_use]
    pub fn new(entry: u64, recorded: String, now: String) -> Self {
        JournalMismatch { entry, recorded, now }
    }
}

impl fmt::Display for JournalMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let JournalMismatch { entry, recorded, now } = self;
        write!(f, "the coroutine departs from its journal: entry {entry} is {recorded}, but now it {now}")
    }
}

impl StdError for JournalMismatch {}

/// The coroutine does something that is in no journal, and that may differ in a replay.
///
/// | it | write instead |
/// |---|---|
/// | waits for [`gen::sleep`](gen::sleep()) or [`gen::with_timeout`] | [`sleep`](fn@crate::sleep), [`with_timeout`](crate::with_timeout) |
/// | spawns a task, or waits for one | yield a list, a map or a tuple, or use [`gen::scope`](fn@gen::scope) |
/// | makes a callback, or calls [`gen::blocking`](gen::blocking()) | put it into a [`step`](fn@crate::step) |
/// | waits for a future of another library, or a promise that is set outside | put it into a [`step`](fn@crate::step) |
/// | loads from a [`gen::batch`](gen::batch()) or a [`gen::single_flight`](gen::single_flight()) | put it into a [`step`](fn@crate::step) |
/// | drops a [`gen::bracket`](gen::bracket()) before its end, in a timeout or a race | put the bracket around the timeout or the race |
/// | yields a `HashMap`, whose order differs from map to map, also in a [`gen::limit`](gen::limit()) or a [`gen::first_of`](gen::first_of()) | yield a `BTreeMap` |
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotDurable {
    /// The thing that is in no journal, such as "`gen::sleep`".
    pub what: String,
    /// The yield that waits for it, or the call that makes it. If that is not known, the coroutine.
    pub at: Place,
    /// The function of that yield. It is not known for a call.
    pub function: Option<&'static str>,
    /// The advice, such as "put it into a `step`".
    pub advice: &'static str,
}

impl fmt::Display for NotDurable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotDurable { what, at, function, advice } = self;
        write!(f, "a durable coroutine cannot use {what}, which is in no journal: {at}")?;
        if let Some(function) = function {
            write!(f, " in {function}")?;
        }
        write!(f, ": {advice}")
    }
}

impl StdError for NotDurable {}

/// The journal has suspended the coroutine: it is to be run again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspended;

impl fmt::Display for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the journal has suspended the coroutine")
    }
}

impl StdError for Suspended {}

/// The file cannot be used as a journal, and was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileError {
    /// Another process, or another `FileJournal` of this one, has it open.
    Locked,
    /// It does not begin as a journal does.
    NotAJournal,
    /// It is a journal of another version of this library. Let its run come to the end with that
    /// version, and do not remove it: the run would begin again.
    OtherVersion,
    /// An entry is damaged, and later ones are not: this is not the torn end that a kill leaves.
    /// Without the entry a step could be run twice.
    #[non_exhaustive]
    Damaged {
        /// The position of the entry, in bytes.
        position: u64,
    },
    /// An entry is whole, but this version of the library does not know its kind. A later version
    /// has written it.
    #[non_exhaustive]
    UnknownEntry {
        /// The position of the entry, in bytes.
        position: u64,
    },
    /// It is larger than any journal: [`MAX_FILE`](crate::FileJournal::MAX_FILE).
    TooLarge,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Locked => f.write_str("another run has the journal open"),
            FileError::NotAJournal => f.write_str("the file is no journal"),
            FileError::OtherVersion => f.write_str(
                "another version of gen-durable has written the file: \
                 end the run with that version, and do not remove the file",
            ),
            FileError::Damaged { position } => {
                write!(f, "the journal is damaged at byte {position}, before entries that are not")
            }
            FileError::UnknownEntry { position } => write!(
                f,
                "the journal has an entry at byte {position} that this version of gen-durable does not know"
            ),
            FileError::TooLarge => f.write_str("the journal is larger than a journal may be"),
        }
    }
}

impl StdError for FileError {}
