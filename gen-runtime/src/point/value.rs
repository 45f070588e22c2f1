//! The value of a registration, which its callables bring, and which its call takes.
//!
//! # Safety
//!
//! The value is beside the lock of its registration, so that the lock needs no type. The
//! invariants:
//!
//! 1. While the registration is open, its value is only used under its lock.
//! 2. A registration is closed once, under its lock. From then on only the code that has closed it
//!    uses the value, for which it has time until it gives up its owner.
//! 3. An owner that is alone may use the value as it likes: no other code can close the
//!    registration, or lock it.

use crate::shims::UnsafeCell;

/// There is a value if the registration is stored.
pub(super) struct ValueCell<T>(UnsafeCell<Option<T>>);

// SAFETY: a value goes from the thread of the callable to that of the call, and two threads never
// have it at once (1, 2, 3). So `T: Sync` is not needed.
unsafe impl<T: Send> Sync for ValueCell<T> {}

impl<T> ValueCell<T> {
    pub(super) fn new() -> Self {
        ValueCell(UnsafeCell::new(None))
    }

    /// Exchanges the value.
    ///
    /// # Safety
    ///
    /// By one of the invariants no other code uses the value.
    #[inline]
    pub(super) unsafe fn replace(&self, value: Option<T>) -> Option<T> {
        // SAFETY: by the caller.
        self.0.with_mut(|content| unsafe { std::mem::replace(&mut *content, value) })
    }

    /// The value, for an owner that is alone.
    #[inline]
    pub(super) fn take_alone(&mut self) -> Option<T> {
        // SAFETY: the cell is borrowed mutably (3).
        unsafe { self.replace(None) }
    }
}
