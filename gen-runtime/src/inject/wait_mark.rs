//! [`WaitMark`]: whether a group has been pending before.
//!
//! A group is polled at the wake of each child, and its yield goes on with the same wait until the
//! group has ended. A yield in a loop is another wait each time, although it has the same site. A
//! measured future can distinguish the two only by this mark of the group.

#[cfg(feature = "metrics")]
use std::mem;
use std::task::Waker;

#[cfg(feature = "metrics")]
use super::record;

/// The mark. It takes no space without the feature `metrics`.
#[derive(Debug)]
pub(crate) struct WaitMark {
    #[cfg(feature = "metrics")]
    is_set: bool,
}

impl WaitMark {
    /// The mark of a group that was never polled.
    pub(crate) const NEW: WaitMark = WaitMark {
        #[cfg(feature = "metrics")]
        is_set: false,
    };

    /// Called once in a poll in which something is in flight, by a group that stays pending.
    #[cfg(feature = "metrics")]
    #[cold]
    pub(crate) fn stays_pending(&mut self, waker: &Waker) {
        if mem::replace(&mut self.is_set, true) {
            record::same_group(waker);
        }
    }

    /// Nothing is measured.
    #[cfg(not(feature = "metrics"))]
    #[inline(always)]
    pub(crate) fn stays_pending(&mut self, _: &Waker) {}
}
