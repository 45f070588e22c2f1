//! [`Exit`]: how the use of a resource has ended.

use crate::Error;

/// How the use of a [`bracket`](crate::bracket()) has ended. The release gets it.
///
/// ```
/// let exit = gen::Exit::Failed(gen::Error::new("no route"));
/// assert!(!exit.is_success());
/// assert_eq!(exit.error().unwrap().to_string(), "no route");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Exit {
    /// It has given a value.
    Success,
    /// It has failed.
    Failed(Error),
    /// It has failed with a [cancellation](crate::Cancelled).
    Cancelled(Error),
    /// It has panicked. The text is that of the panic, as [`Panicked`](crate::Panicked) has it.
    Panicked(String),
    /// It was dropped with the bracket.
    Dropped,
}

impl Exit {
    /// Whether the use has given a value.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Exit::Success)
    }

    /// The error of a use that has failed, or was cancelled.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Exit::Failed(error) | Exit::Cancelled(error) => Some(error),
            Exit::Success | Exit::Panicked(_) | Exit::Dropped => None,
        }
    }

    pub(super) fn of_error(error: &Error) -> Self {
        if error.is_cancelled() {
            Exit::Cancelled(error.clone())
        } else {
            Exit::Failed(error.clone())
        }
    }
}
