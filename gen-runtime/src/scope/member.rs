//! What body and children of a scope have in common.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::queue::{MemberId, MemberWaker, ScopeQueue};
use super::told::Requests;
use crate::inject::{poll_watched, Cancellation, EndSenders, Told};
use crate::{Error, Result};

pub(super) struct Member {
    waker: Waker,
    /// What it was cancelled with.
    requests: Requests,
    /// What goes with its polls of that.
    told: Told,
    /// Dropped when it has ended.
    watchers: EndSenders,
}

impl Member {
    pub(super) fn new(id: MemberId, queue: &Arc<ScopeQueue>) -> Self {
        let waker = Waker::from(MemberWaker::new(id, queue));
        Member {
            waker,
            requests: Requests::default(),
            told: Told::default(),
            watchers: EndSenders::default(),
        }
    }

    /// Has it polled with the scope's next poll.
    pub(super) fn wake(&self) {
        self.waker.wake_by_ref();
    }

    pub(super) fn watch(&mut self, signals: EndSenders) {
        self.watchers.append(signals);
    }

    /// Polls it, with what was held back before.
    pub(super) fn poll<P, T>(&mut self, future: Pin<&mut P>) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        let mut cx = Context::from_waker(&self.waker);
        match &mut self.told {
            Told::Nothing => future.poll(&mut cx),
            told => poll_watched(WHAT, future, &mut cx, told),
        }
    }

    /// Cancels it, unless another cancellation waits for it.
    pub(super) fn cancel<P, T>(&mut self, future: Pin<&mut P>, cancellation: &Cancellation) -> Poll<Result<T>>
    where
        P: Future<Output = Result<T>> + ?Sized,
    {
        if matches!(self.told, Told::Held(_)) {
            return Poll::Pending;
        }
        self.requests.add(cancellation);
        self.told = Told::Held(cancellation.clone().watched());
        poll_watched(WHAT, future, &mut Context::from_waker(&self.waker), &mut self.told)
    }

    /// Its time is up: whatever it was told, what ends it is that request.
    pub(super) fn is_cut_short_by(&mut self, cancellation: &Cancellation) {
        self.requests.add(cancellation);
    }

    /// Whether an error only says that it was cancelled.
    pub(super) fn was_told(&self, error: &Error) -> bool {
        self.requests.include(error)
    }
}

/// For the log.
const WHAT: &str = "the body or a child of a scope";
