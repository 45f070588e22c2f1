//! [`Statement`]: the wait of one pending future, and the place of that future.

use std::time::Duration;

use super::memory::Memory;
use super::waiting::Children;
use super::waits_for::WaitsFor;
use crate::error::Site;

/// A pending future has said where it is, or for which event it waits.
#[derive(Debug)]
pub(crate) struct Statement {
    /// Where the future lies; `None` for the yield of a closed coroutine.
    pub(super) at: Option<Memory>,
    pub(super) said: Said,
}

#[derive(Debug)]
pub(crate) enum Said {
    /// Said by a yield, which lies where its future lies.
    Yield { site: Site, future: &'static str },
    /// Said by a timeout around a future of that type.
    Timeout { left: Option<Duration>, future: &'static str },
    /// Said by a box, whose content lies there.
    Boxed(Memory),
    /// Said by a group.
    Children(Children),
    /// Said by a leaf.
    WaitsFor(WaitsFor),
}

impl Statement {
    pub(crate) fn new(at: Option<Memory>, said: Said) -> Self {
        Statement { at, said }
    }

    pub(super) fn site(&self) -> Option<Site> {
        match &self.said {
            Said::Yield { site, .. } => Some(*site),
            _ => None,
        }
    }

    /// The memory whose futures are parts of this one.
    pub(super) fn parts(&self) -> Option<Memory> {
        match &self.said {
            Said::Yield { .. } | Said::Timeout { .. } => self.at,
            Said::Boxed(content) => Some(*content),
            Said::Children(_) | Said::WaitsFor(_) => None,
        }
    }

    /// Whether the parts may lie elsewhere, behind a pointer that does not say so. The future has
    /// to have room for a pointer.
    pub(super) fn may_lead_elsewhere(&self) -> bool {
        matches!(self.said, Said::Yield { .. } | Said::Timeout { .. })
            && self.at.is_some_and(Memory::has_room_for_pointer)
    }
}
