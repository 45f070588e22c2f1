//! What a failure does to the other children, and which failures are logged.

use crate::report::{nothing, IsQuiet};

/// What [`multi`](crate::multi) was told of its errors.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// When the whole ends.
    pub(crate) until: Until,
    /// Of the failures that are not raised, those that are not logged either.
    pub(crate) is_quiet: IsQuiet,
}

impl Policy {
    /// All run to their end, and every failure that is not raised is logged.
    pub(crate) const DEFAULT: Policy = Policy { until: Until::AllEnded, is_quiet: nothing };
}

/// What ends a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The end of its last child.
    AllEnded,
    /// The first failure in time, or the end of the last child.
    FirstFailure,
    /// The end of any child.
    FirstEnd,
}

impl Until {
    /// Whether a child that has ended, or failed, ends the group, although others are running.
    pub(crate) fn is_reached(self, failed: bool) -> bool {
        match self {
            Until::AllEnded => false,
            Until::FirstFailure => failed,
            Until::FirstEnd => true,
        }
    }
}

/// The pending future of children that run in parallel.
pub trait Parallel {
    /// Sets the policy, before the first poll.
    fn set_policy(&mut self, policy: Policy);
}
