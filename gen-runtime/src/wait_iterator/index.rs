//! The index of a result, which identifies its child.

/// The index of [`WaitIterator::new`](crate::WaitIterator::new): the position of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByPosition(pub(super) usize);

/// The index of [`WaitIterator::keyed`](crate::WaitIterator::keyed): the key of the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByKey<Q>(pub(super) Q);
