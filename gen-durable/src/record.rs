//! [`Record`]: an entry of a journal.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::journal::{Command, Outcome, Ticket};
use crate::place::Place;

/// The largest JSON of a record, in bytes.
pub(crate) const MAX_JSON: usize = 16 << 20;

/// The longest name of a body, of a key and of a state, in bytes.
pub(crate) const MAX_NAME: usize = 1024;

/// An entry of a journal. The command of a [`Ticket`] is the entry `Issued` of that number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    /// A command, and the time at which it is done by itself: milliseconds since 1970.
    Issued(Command, Option<u64>),
    /// The version that this run has of the change with this label, and the line that asked.
    Version(String, u32, Place),
    Done(Ticket, Outcome),
    Cancelled(String),
    /// The runs for which these calls have waited are cancelled, as the run itself is.
    CallsCancelled(Vec<Ticket>),
    Ended(Outcome),
}

impl Record {
    /// Whether the coroutine may only go on, or wait for a deadline, when the record is safe.
    pub(crate) fn must_be_safe(&self) -> bool {
        !matches!(self, Record::Issued(_, None) | Record::CallsCancelled(_))
    }

    /// The entry as text. `name` names the command of a ticket.
    pub(crate) fn describe(&self, name: impl FnOnce(Ticket) -> String) -> String {
        match self {
            Record::Issued(command, _) => command.to_string(),
            Record::Version(label, version, at) => format!("version {version} of `{label}` at {at}"),
            Record::Done(ticket, _) => format!("the end of {}", name(*ticket)),
            Record::Cancelled(reason) => format!("the cancellation `{reason}`"),
            Record::CallsCancelled(_) => "the cancellation of calls".into(),
            Record::Ended(outcome) => format!("the end of the coroutine with {}", Kind(outcome)),
        }
    }

    pub(crate) fn command(&self) -> Option<&Command> {
        match self {
            Record::Issued(command, _) => Some(command),
            _ => None,
        }
    }

    /// The calls whose runs were cancelled.
    pub(crate) fn calls_cancelled(&self) -> &[Ticket] {
        match self {
            Record::CallsCancelled(tickets) => tickets,
            _ => &[],
        }
    }

    /// The command that is done.
    pub(crate) fn done(&self) -> Option<Ticket> {
        match self {
            Record::Done(ticket, _) => Some(*ticket),
            _ => None,
        }
    }
}

/// Prints the kind of an outcome. The value may be a secret, and may be long.
pub(crate) struct Kind<'a>(pub(crate) &'a Outcome);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Outcome::Value(_) => f.write_str("a value"),
            Outcome::Failed(failed) => write!(f, "the error `{failed}`"),
        }
    }
}
