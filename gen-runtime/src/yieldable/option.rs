//! `Option`: `None` is ready at once.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::has_error::forward_error;
use super::Yieldable;
use crate::coroutine::{Frame, FrameKind};
use crate::error::Panicked;
use crate::parallel::{Parallel, Policy, Settle};
use crate::report::contain;
use crate::Result;

/// Marks options of an `M`.
#[derive(Debug)]
pub struct Optional<M>(PhantomData<M>);

pin_project! {
    /// The pending future of an option.
    pub struct OptionPending<P> {
        #[pin]
        some: Option<P>,
    }
}

impl<P, T> Future for OptionPending<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<Option<T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut some = self.project().some;
        let Some(pending) = some.as_mut().as_pin_mut() else { return Poll::Ready(Ok(None)) };
        match catch_unwind(AssertUnwindSafe(|| pending.poll(cx))) {
            Ok(polled) => polled.map_ok(Some),
            Err(payload) => {
                contain("the drop of a child of a parallel yield", || some.set(None));
                Poll::Ready(Err(Panicked::new(payload).into()))
            }
        }
    }
}

impl<P: Parallel> Parallel for OptionPending<P> {
    fn set_policy(&mut self, policy: Policy) {
        if let Some(pending) = &mut self.some {
            pending.set_policy(policy);
        }
    }
}

impl<P: Settle> Settle for OptionPending<P> {
    type Output = Option<P::Output>;

    fn poll_settled(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Output>> {
        match self.project().some.as_pin_mut() {
            Some(pending) => pending.poll_settled(cx).map_ok(Some),
            None => Poll::Ready(Ok(None)),
        }
    }
}

impl<Y, M, Mode, K> Yieldable<Optional<M>, Mode, K> for Option<Y>
where
    Y: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = Option<Y::Output>;
    type Pending = OptionPending<Y::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        OptionPending { some: self.map(|yieldable| yieldable.into_pending(frame)) }
    }
}

forward_error!([] Option<Y>: Optional<M> => Option<Y::Value>);
