//! What body and children of a scope have in common.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::hub::{Hub, MemberId, MemberWaker};
use crate::cancel::{tell, Cancellation, Cancelled};
use crate::task::EndSignal;
use crate::{Error, Result};

pub(super) struct Member {
    waker: Waker,
    /// What it was cancelled with.
    told: Vec<Cancellation>,
    /// The one of them that a shield still holds back.
    held: Option<Cancellation>,
    /// Dropped when it has ended.
    watchers: Vec<EndSignal>,
}

impl Member {
    pub(super) fn new(id: MemberId, hub: &Arc<Hub>) -> Self {
        let waker = Waker::from(MemberWaker::new(id, hub));
        Member { waker, told: Vec::new(), held: None, watchers: Vec::new() }
    }

    /// Has it polled with the scope's next poll.
    pub(super) fn wake(&self) {
        self.waker.wake_by_ref();
    }

    pub(super) fn watch(&mut self, signal: EndSignal) {
        self.watchers.push(signal);
    }

    /// Polls it, with what was held back before.
    pub(super) fn poll<P, T>(&mut self, future: Pin<&mut P>) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        match self.held.take() {
            None => future.poll(&mut Context::from_waker(&self.waker)),
            Some(cancellation) => self.lend(future, cancellation),
        }
    }

    /// Cancels it, unless another cancellation waits for it.
    pub(super) fn cancel<P, T>(&mut self, future: Pin<&mut P>, cancellation: &Cancellation) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        if self.held.is_some() {
            return Poll::Pending;
        }
        self.told.push(cancellation.clone());
        self.lend(future, cancellation.clone())
    }

    fn lend<P, T>(&mut self, future: Pin<&mut P>, mut cancellation: Cancellation) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        let polled = tell(future, &mut Context::from_waker(&self.waker), &mut cancellation);
        self.held = Some(cancellation).filter(|cancellation| cancellation.is_held());
        polled
    }

    /// Whether an error only says that it was cancelled.
    pub(super) fn was_told(&self, error: &Error) -> bool {
        let cancelled = error.downcast_ref::<Cancelled>();
        cancelled.is_some_and(|cancelled| self.told.iter().any(|request| cancelled.is_of(request)))
    }
}
