//! The policy of a group: the event that ends it, and the failures that are not logged.

use crate::report::{nothing, IsQuiet};

/// The options `fail_fast` and `quiet` of [`multi`](crate::multi).
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub(crate) until: Until,
    /// Holds for the failures that are not logged.
    pub(crate) is_quiet: IsQuiet,
}

impl Policy {
    /// All children run to their end, and every failure that is not raised is logged.
    pub(crate) const DEFAULT: Policy = Policy { until: Until::AllEnded, is_quiet: nothing };
}

/// The event that ends a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The end of its last child.
    AllEnded,
    /// The first failure in time, or the end of the last child.
    FirstFailure,
    /// The end of any child.
    FirstEnd,
    /// The first success in time, or the end of the last child.
    FirstSuccess,
}

impl Until {
    /// Whether the end of a child ends the group while others are running.
    pub(crate) fn is_reached(self, failed: bool) -> bool {
        match self {
            Until::AllEnded => false,
            Until::FirstFailure => failed,
            Until::FirstEnd => true,
            Until::FirstSuccess => !failed,
        }
    }
}

/// The pending future of children that run in parallel.
pub trait Parallel {
    /// Sets the policy, before the first poll.
    fn set_policy(&mut self, policy: Policy);
}
