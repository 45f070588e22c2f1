//! [`Bind`]: a value or a deadline that is bound.

use std::any::Any;
use std::ptr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The identity of a local: the address of its static.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalId(usize);

impl LocalId {
    pub(crate) fn of<T>(local: &'static T) -> Self {
        LocalId(ptr::from_ref(local).addr())
    }
}

/// The value of a local that other tasks share.
pub(crate) type SharedValue = Arc<dyn Any + Send + Sync>;

/// Something that is bound for the time of a poll.
pub trait Bind {
    /// The value of that local, if this binds it.
    fn value(&self, _local: LocalId) -> Option<&dyn Any> {
        None
    }

    /// The deadline, if this is one.
    fn ends(&self) -> Ends {
        Ends::Never
    }

    /// Calls `add` with each value that a task inherits.
    fn pass_on(&self, _add: &mut dyn FnMut(LocalId, SharedValue)) {}
}

/// The end of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    At(Instant),
    /// So long after now.
    After(Duration),
    Never,
}

impl Ends {
    /// The time that is left at `now`; `None` if it never ends.
    pub(crate) fn left(self, now: Instant) -> Option<Duration> {
        match self {
            Ends::At(at) => Some(at.saturating_duration_since(now)),
            // A time whose end no `Instant` can hold never ends.
            Ends::After(left) => now.checked_add(left).map(|_| left),
            Ends::Never => None,
        }
    }

    /// The deadline, at `now`.
    pub(super) fn deadline(self, now: impl FnOnce() -> Instant) -> Option<Instant> {
        match self {
            Ends::At(at) => Some(at),
            Ends::After(left) => now().checked_add(left),
            Ends::Never => None,
        }
    }
}

/// A deadline alone.
impl Bind for Ends {
    fn ends(&self) -> Ends {
        *self
    }
}
