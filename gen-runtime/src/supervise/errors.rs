//! The errors of a supervisor.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::death::Death;
use crate::error::unit_error;

/// A supervisor has stopped to restart its children, and has shut them down.
///
/// It is a context of the last failure. So [`Error::is`](crate::Error::is) finds both, and the
/// trace of the error begins at the yield in the child that failed. The failures before it are the
/// [others](crate::Error::others), too, each with the name of its child as the key.
#[derive(Clone)]
pub struct GaveUp {
    pub(super) child: Arc<str>,
    pub(super) limit: Limit,
    pub(super) history: Vec<Death>,
    pub(super) deaths: u64,
}

/// The limit that was reached.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    Intensity(u32, Duration),
    Schedule,
}

impl GaveUp {
    /// The name of the child that could not be started again.
    #[must_use]
    pub fn child(&self) -> &str {
        &self.child
    }

    /// The ends of children that were to run, in the order of time. Only the last 64 are kept.
    #[must_use]
    pub fn history(&self) -> &[Death] {
        &self.history
    }

    /// How many there were, also of those that are kept no more.
    #[must_use]
    pub fn deaths(&self) -> u64 {
        self.deaths
    }
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the supervisor gave up: `{}` has failed, ", self.child)?;
        match self.limit {
            Limit::Intensity(0, _) => f.write_str("and nothing may be restarted"),
            Limit::Intensity(most, within) => {
                let restarts = if most == 1 { "restart" } else { "restarts" };
                write!(f, "after {most} {restarts} in {within:?}")
            }
            Limit::Schedule => f.write_str("and its schedule has no further restart"),
        }
    }
}

impl fmt::Debug for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let history: Vec<_> = self.history.iter().map(ToString::to_string).collect();
        let mut debug = f.debug_struct("GaveUp");
        debug.field("child", &self.child).field("limit", &self.limit).field("deaths", &self.deaths);
        debug.field("history", &history).finish()
    }
}

impl StdError for GaveUp {}

/// The name of a child is that of another child of the same supervisor, which has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameTaken {
    /// The name.
    pub name: String,
}

impl fmt::Display for NameTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the supervisor has a child `{}` already", self.name)
    }
}

impl StdError for NameTaken {}

unit_error! {
    /// The supervisor has ended, or is shutting its children down, and starts no child.
    pub SupervisorEnded: "the supervisor has ended, or is ending, and starts no child"
}

unit_error! {
    /// The failure of a child that has ended well although it is to run
    /// [always](super::Restart::Always).
    pub EndedTooEarly: "it has ended, although it is to run always"
}
