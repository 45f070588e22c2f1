//! `Graces`: cancelled children that are dropped if they do not end in time.

use std::collections::BTreeMap;
use std::task::{Context, Poll};
use std::time::Instant;

use super::queue::{GraceRequest, MemberId};
use crate::inject::Cancellation;
use crate::time::{from_now, sleep, Sleep};
use crate::Error;

#[derive(Default)]
pub(super) struct Graces {
    graces: BTreeMap<MemberId, ChildGrace>,
}

struct ChildGrace {
    /// `None` is a deadline that never comes.
    deadline: Option<Instant>,
    sleep: Sleep,
    cancellation: Cancellation,
}

/// A child whose grace has passed.
pub(super) struct Expired {
    pub(super) child: MemberId,
    pub(super) cancellation: Cancellation,
    /// The result of the child: `Cancelled`, or `NoHost` if there is no clock.
    pub(super) error: Error,
}

impl Graces {
    /// Of several graces for one child, the one that ends first counts.
    pub(super) fn add(&mut self, child: MemberId, GraceRequest { grace, cancellation }: GraceRequest) {
        let deadline = from_now(grace);
        let is_first = self.graces.get(&child).is_none_or(|known| {
            deadline.is_some_and(|deadline| known.deadline.is_none_or(|known| deadline < known))
        });
        if is_first {
            self.graces.insert(child, ChildGrace { deadline, sleep: sleep(grace), cancellation });
        }
    }

    /// How many wait. Each keeps a clone of the waker.
    pub(super) fn len(&self) -> usize {
        self.graces.len()
    }

    pub(super) fn remove(&mut self, child: MemberId) {
        self.graces.remove(&child);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.graces.is_empty()
    }

    /// Takes out the children whose grace has passed; the others wake `cx`.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Vec<Expired> {
        let mut expired = Vec::new();
        self.graces.retain(|child, ChildGrace { sleep, cancellation, .. }| {
            let Poll::Ready(slept) = sleep.poll_part(cx) else { return true };
            let error = slept.err().unwrap_or_else(|| cancellation.clone().into_error());
            expired.push(Expired { child: *child, cancellation: cancellation.clone(), error });
            false
        });
        expired
    }
}
