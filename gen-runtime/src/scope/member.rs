//! `Member`: the state that a scope keeps for its body and for each child, and a supervisor for
//! each child.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::requests::Requests;
use crate::inject::in_flight::child_goes_on;
use crate::inject::question::Asking;
use crate::inject::{poll_watched, Cancellation, EndSenders, NextInjection};
use crate::{Error, Result};

/// Nothing, until the member is cancelled.
#[derive(Default)]
pub(crate) struct Member {
    cancelled: Option<Box<CancelledMember>>,
}

#[derive(Default)]
struct CancelledMember {
    /// The cancellations that the member has got.
    requests: Requests,
    /// The cancellation or the watch for its next poll.
    next_injection: NextInjection,
    /// Dropped with the member, when it has ended.
    end_senders: EndSenders,
}

impl Member {
    fn cancelled(&mut self) -> &mut CancelledMember {
        self.cancelled.get_or_insert_default()
    }

    pub(crate) fn add_end_senders(&mut self, end_senders: EndSenders) {
        self.cancelled().end_senders.append(end_senders);
    }

    /// Polls the member, with the injection that is kept for it.
    #[inline]
    pub(crate) fn poll<P, T>(&mut self, future: Pin<&mut P>, cx: &mut Context<'_>) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        match &mut self.cancelled {
            None => future.poll(cx),
            Some(cancelled) => poll_watched(WHAT, future, cx, &mut cancelled.next_injection),
        }
    }

    /// Asks the member. Unless it only answers, it first gets the injection that is kept for it: it
    /// may take that now, and then waits for something else.
    #[cold]
    pub(crate) fn ask<P, T>(
        &mut self,
        type_name: &'static str,
        mut future: Pin<&mut P>,
        cx: &mut Context<'_>,
        asking: &mut Asking,
    ) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        if self.has_injection() && !asking.only_answers() {
            if let Poll::Ready(result) = self.poll(future.as_mut(), cx) {
                child_goes_on(None);
                return Poll::Ready(result);
            }
        }
        asking.poll_named(type_name, future, cx)
    }

    fn has_injection(&self) -> bool {
        let next = self.cancelled.as_ref().map(|cancelled| &cancelled.next_injection);
        next.is_some_and(|next| !matches!(next, NextInjection::Nothing))
    }

    /// Cancels the member, unless it defers another cancellation.
    pub(crate) fn cancel<P, T>(
        &mut self,
        future: Pin<&mut P>,
        cx: &mut Context<'_>,
        cancellation: &Cancellation,
    ) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        let CancelledMember { requests, next_injection, .. } = self.cancelled();
        if matches!(next_injection, NextInjection::Cancel(_)) {
            return Poll::Pending;
        }
        requests.add(cancellation);
        *next_injection = NextInjection::Cancel(cancellation.clone().watched());
        poll_watched(WHAT, future, cx, next_injection)
    }

    /// The grace of the member has passed: its end counts as that request's.
    pub(crate) fn is_cut_short_by(&mut self, cancellation: &Cancellation) {
        self.cancelled().requests.add(cancellation);
    }

    /// Whether an error only says that the member was cancelled.
    pub(crate) fn is_own_cancellation(&self, error: &Error) -> bool {
        self.cancelled.as_ref().is_some_and(|cancelled| cancelled.requests.include(error))
    }
}

/// The name of a member in the log.
const WHAT: &str = "a child of a scope or a supervisor, or the body of a scope";
