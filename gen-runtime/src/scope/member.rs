//! `Member`: the state that a scope keeps for its body and for each child.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::queue::{MemberId, MemberWaker, ScopeQueue};
use super::requests::Requests;
use crate::inject::question::Asking;
use crate::inject::{poll_watched, Cancellation, EndSenders, NextInjection};
use crate::{Error, Result};

pub(super) struct Member {
    waker: Waker,
    /// The cancellations that the member has got.
    requests: Requests,
    /// The cancellation or the watch for its next poll.
    next_injection: NextInjection,
    /// Dropped with the member, when it has ended.
    end_senders: EndSenders,
}

impl Member {
    pub(super) fn new(id: MemberId, queue: &Arc<ScopeQueue>) -> Self {
        let waker = Waker::from(MemberWaker::new(id, queue));
        Member {
            waker,
            requests: Requests::default(),
            next_injection: NextInjection::default(),
            end_senders: EndSenders::default(),
        }
    }

    /// Has the member polled with the scope's next poll.
    pub(super) fn wake(&self) {
        self.waker.wake_by_ref();
    }

    pub(super) fn add_end_senders(&mut self, end_senders: EndSenders) {
        self.end_senders.append(end_senders);
    }

    /// Polls the member, with the injection that is kept for it.
    pub(super) fn poll<P, T>(&mut self, future: Pin<&mut P>) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        let mut cx = Context::from_waker(&self.waker);
        match &mut self.next_injection {
            NextInjection::Nothing => future.poll(&mut cx),
            next => poll_watched(WHAT, future, &mut cx, next),
        }
    }

    /// Asks the member. Then it gets the injection that is kept for it, which it may take now.
    #[cold]
    pub(super) fn ask<P, T>(
        &mut self,
        type_name: &'static str,
        mut future: Pin<&mut P>,
        asking: &mut Asking,
    ) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        match asking.poll_named(type_name, future.as_mut(), &mut Context::from_waker(&self.waker)) {
            Poll::Pending if !matches!(self.next_injection, NextInjection::Nothing) => self.poll(future),
            polled => polled,
        }
    }

    /// Cancels the member, unless it defers another cancellation.
    pub(super) fn cancel<P, T>(&mut self, future: Pin<&mut P>, cancellation: &Cancellation) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        if matches!(self.next_injection, NextInjection::Cancel(_)) {
            return Poll::Pending;
        }
        self.requests.add(cancellation);
        self.next_injection = NextInjection::Cancel(cancellation.clone().watched());
        poll_watched(WHAT, future, &mut Context::from_waker(&self.waker), &mut self.next_injection)
    }

    /// The grace of the member has passed: its end counts as that request's.
    pub(super) fn is_cut_short_by(&mut self, cancellation: &Cancellation) {
        self.requests.add(cancellation);
    }

    /// Whether an error only says that the member was cancelled.
    pub(super) fn is_own_cancellation(&self, error: &Error) -> bool {
        self.requests.include(error)
    }
}

/// The name of a member in the log.
const WHAT: &str = "the body or a child of a scope";
