//! [`Measurement`]: the counts of one poll of a measured future.

use super::observer::ALL_YIELDS_LOOK;
use crate::error::Site;

/// The counts of one poll. `record.rs` has the events.
#[derive(Debug, Default)]
pub(crate) struct Measurement {
    /// The innermost yield at which the body is suspended after the poll.
    pub(crate) innermost: Option<Site>,
    /// Whether a group waits there that was pending in the poll before, too.
    pub(super) is_same_group: bool,
    /// Whether a yield has returned, as far as yields look then, or its future was dropped.
    pub(super) has_returned: bool,
    /// The yields that an error has passed, in this order.
    pub(crate) errors: Vec<Site>,
}

impl Measurement {
    /// Whether the body, if it is at the same yield as before, is known to be in the same wait. An
    /// optimized build does not know it of a yield that is no group.
    pub(crate) fn is_same_wait(&self) -> bool {
        let none_has_returned = !self.has_returned && self.errors.is_empty();
        self.is_same_group || ALL_YIELDS_LOOK && none_has_returned
    }
}
