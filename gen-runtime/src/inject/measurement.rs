//! [`Measurement`]: the counts of one poll of a measured future.

use crate::error::Site;

/// The counts of one poll. `record.rs` has the events.
#[derive(Debug, Default)]
pub(crate) struct Measurement {
    /// The innermost yield at which the body is suspended after the poll.
    pub(crate) innermost: Option<Site>,
    /// Whether a group waits there that was pending in the poll before, too.
    pub(crate) is_same_wait: bool,
    /// The yields that an error has passed, in this order.
    pub(crate) errors: Vec<Site>,
}
