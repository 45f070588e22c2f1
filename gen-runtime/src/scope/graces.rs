//! Children that have to end: each is dropped when its time is up.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use super::queue::{LastCall, MemberId};
use crate::inject::Cancellation;
use crate::time::{from_now, sleep, Sleep};
use crate::Error;

#[derive(Default)]
pub(super) struct Graces {
    graces: BTreeMap<MemberId, ChildGrace>,
}

struct ChildGrace {
    /// Never, if there is none.
    deadline: Option<Instant>,
    sleep: Sleep,
    request: Cancellation,
}

/// A child whose time is up.
pub(super) struct Over {
    pub(super) child: MemberId,
    pub(super) request: Cancellation,
    /// What it ends with: that it was cancelled; or that there is no loop here, and so no time.
    pub(super) error: Error,
}

impl Graces {
    /// Of several for one child the one that ends first counts.
    pub(super) fn add(&mut self, child: MemberId, LastCall { grace, request }: LastCall) {
        let deadline = from_now(grace);
        let is_first = self.graces.get(&child).is_none_or(|known| {
            deadline.is_some_and(|deadline| known.deadline.is_none_or(|known| deadline < known))
        });
        if is_first {
            self.graces.insert(child, ChildGrace { deadline, sleep: sleep(grace), request });
        }
    }

    pub(super) fn remove(&mut self, child: MemberId) {
        self.graces.remove(&child);
    }

    /// Takes out those whose time is up; the others wake `cx`.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Vec<Over> {
        let mut over = Vec::new();
        self.graces.retain(|child, ChildGrace { sleep, request, .. }| {
            let Poll::Ready(slept) = Pin::new(sleep).poll(cx) else { return true };
            let error = slept.err().unwrap_or_else(|| request.clone().into_error());
            over.push(Over { child: *child, request: request.clone(), error });
            false
        });
        over
    }
}
