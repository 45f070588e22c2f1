//! What a failure does to the other children, and which failures are logged.

use crate::quiet::{self, IsQuiet};

/// What [`multi`](crate::multi) was told of its errors.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// The first failure in time ends the whole, instead of the first in child order when all have ended.
    pub(super) fail_fast: bool,
    /// Of the failures that are not raised, those that are not logged either.
    pub(super) is_quiet: IsQuiet,
}

impl Policy {
    /// All run to their end, and every failure that is not raised is logged.
    pub(super) const DEFAULT: Policy = Policy { fail_fast: false, is_quiet: quiet::nothing };
}

/// The pending future of children that run in parallel.
pub trait Parallel {
    /// Sets the policy, before the first poll.
    fn set_policy(&mut self, policy: Policy);
}
