//! Makes the futures of the tries.

use std::future::Future;
use std::marker::PhantomData;

use crate::coroutine::Frame;
use crate::{Result, Yieldable};

/// Makes the future of the next try.
pub trait Start {
    /// The value of a try.
    type Output;
    /// The future of a try.
    type Try: Future<Output = Result<Self::Output>>;

    /// Makes it.
    fn start(&mut self) -> Self::Try;
}

/// A closure whose yieldables have the kind `M`, yielded in a mode.
pub struct Starts<F, M, Mode> {
    start: F,
    kind: PhantomData<fn() -> (M, Mode)>,
}

impl<F, M, Mode> Starts<F, M, Mode> {
    pub(super) fn new(start: F) -> Self {
        Starts { start, kind: PhantomData }
    }
}

impl<F, Y, M, Mode> Start for Starts<F, M, Mode>
where
    F: FnMut() -> Y,
    Y: Yieldable<M, Mode>,
{
    type Output = Y::Output;
    type Try = Y::Pending;

    fn start(&mut self) -> Y::Pending {
        (self.start)().into_pending(&Frame::new(0))
    }
}
