//! [`Memory`]: the place of a future.

use std::ptr;

/// The addresses of a value. They are only compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    start: usize,
    end: usize,
}

impl Memory {
    pub(crate) fn of<T: ?Sized>(value: &T) -> Self {
        let start = ptr::from_ref(value).addr();
        Memory { start, end: start + size_of_val(value) }
    }

    /// The place of a `T` that has `part` at that offset.
    pub(crate) fn around<T, P>(part: &P, offset: usize) -> Self {
        let start = ptr::from_ref(part).addr() - offset;
        Memory { start, end: start + size_of::<T>() }
    }

    /// Whether `part` lies in it. A value without size may lie at its end.
    pub(super) fn contains(self, part: Memory) -> bool {
        self.start <= part.start && part.end <= self.end
    }

    pub(super) fn has_room_for_pointer(self) -> bool {
        self.end - self.start >= size_of::<usize>()
    }
}
