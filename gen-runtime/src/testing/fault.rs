//! [`Fault`]: a failure that an exploration puts at a step.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, Panicked, TimeoutError};

/// A failure that [`explore`](fn@super::explore) puts at one step of a run.
///
/// The [page](super#faults) of the module describes the effect of each.
///
/// ```
/// use gen::testing::Fault;
///
/// assert_eq!(Fault::LostReply.to_string(), "LostReply");
/// assert!(Fault::ALL.contains(&Fault::LostReply));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The yield fails.
    Error,
    /// The yield fails with a [`TimeoutError`].
    Timeout,
    /// The yield fails with a [`Panicked`], as if its child had panicked.
    Panic,
    /// The value of the yield is dropped, and the yield fails.
    LostReply,
    /// The task is cancelled.
    Cancel,
    /// The task is dropped.
    Drop,
}

/// The message of the errors that are injected.
pub(super) const INJECTED: &str = "injected by gen::testing::explore";

impl Fault {
    /// All of them.
    pub const ALL: &'static [Fault] =
        &[Fault::Error, Fault::Timeout, Fault::Panic, Fault::LostReply, Fault::Cancel, Fault::Drop];

    /// The fault that is printed as this text. If there is none, the message lists all of them.
    pub(super) fn named(text: &str) -> Result<Self, String> {
        let named = Fault::ALL.iter().find(|fault| fault.to_string() == text);
        named.copied().ok_or_else(|| {
            let names: Vec<String> = Fault::ALL.iter().map(|fault| format!("`{fault}`")).collect();
            format!("`{text}` is no fault: write one of {}", names.join(", "))
        })
    }

    /// The error with which the yield fails. `None` if the fault is one of the whole task.
    pub(super) fn error(self) -> Option<Error> {
        match self {
            Fault::Error => Some(Error::new(INJECTED)),
            Fault::Timeout => Some(TimeoutError::new(Duration::from_secs(1)).into()),
            Fault::Panic => Some(Panicked::new(Box::new(INJECTED)).into()),
            Fault::LostReply => Some(Error::new("the reply was lost (injected by gen::testing::explore)")),
            Fault::Cancel | Fault::Drop => None,
        }
    }

    /// The failure as a sentence about the yield.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Fault::Error => "this yield failed with an error",
            Fault::Timeout => "this yield failed with a timeout",
            Fault::Panic => "the child that this yield waits for has panicked",
            Fault::LostReply => "the work that this yield waits for was done, but its reply was lost",
            Fault::Cancel => "the task was cancelled while it waited here",
            Fault::Drop => "the task was dropped while it waited here",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
