//! The names of the children of a `WaitIterator` in a dump.

use crate::error::ChildKey;
use crate::inject::question::Shown;
use crate::parallel::NamesChildren;

/// A key of a child may have any type, and cannot be printed. So it is named by its place in the
/// iterator, as if it had a position.
pub(super) struct Names<I> {
    pub(super) position: fn(&I) -> Option<usize>,
}

impl<I> NamesChildren<I> for Names<I> {
    fn group(&self) -> &'static str {
        "a `WaitIterator`"
    }

    fn key(&self, index: &I, _: Shown) -> Option<ChildKey> {
        (self.position)(index).map(ChildKey::Index)
    }
}
