//! The source of the children.

use std::iter::Fuse;
use std::marker::PhantomData;

use crate::coroutine::Frame;
use crate::Yieldable;

/// Makes a pending future of each child when the child is taken. After the last child, the iterator
/// is not called again.
pub struct ColdChildren<I, M, Mode> {
    children: Fuse<I>,
    kind: PhantomData<fn() -> (M, Mode)>,
}

impl<I: Iterator, M, Mode> ColdChildren<I, M, Mode> {
    pub(super) fn new(children: impl IntoIterator<IntoIter = I>) -> Self {
        ColdChildren { children: children.into_iter().fuse(), kind: PhantomData }
    }
}

impl<I, M, Mode> Iterator for ColdChildren<I, M, Mode>
where
    I: Iterator<Item: Yieldable<M, Mode>>,
{
    type Item = <I::Item as Yieldable<M, Mode>>::Pending;

    fn next(&mut self) -> Option<Self::Item> {
        self.children.next().map(|child| child.into_pending(&Frame::new(0)))
    }
}
