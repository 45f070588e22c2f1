//! [`HolderPanic`]: a holder of a lock has panicked.

use std::error::Error;
use std::fmt;
use std::panic::Location;

/// A holder of a lock has panicked while it could change the content.
///
/// A panic poisons no lock: the next one in line gets the lock as usual. If the content may be half
/// changed, ask for the panic with [`Lock::holder_panic`](crate::sync::Lock::holder_panic), and
/// repair the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolderPanic {
    taken_at: &'static Location<'static>,
}

impl HolderPanic {
    pub(super) fn new(taken_at: &'static Location<'static>) -> Self {
        HolderPanic { taken_at }
    }

    /// The call by which the holder had taken the lock, such as `lock.lock()`.
    #[must_use]
    pub fn taken_at(&self) -> &'static Location<'static> {
        self.taken_at
    }
}

impl fmt::Display for HolderPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a holder of the lock, which it had taken at {}, has panicked", self.taken_at)
    }
}

impl Error for HolderPanic {}
