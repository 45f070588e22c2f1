//! [`Calls`]: the calls of a run, and the ends of the runs for which they wait.
//!
//! | event | a call |
//! |---|---|
//! | is issued | waits |
//! | the other run has ended, and the store says so | has ended: it is done when its turn among the events comes |
//! | is done | is forgotten |
//! | a cancellation of the caller is recorded | is marked with its reason |
//! | a marked call is given up | its run is to be cancelled, once: a record says when that was done |
//!
//! So a call under a `gen::shield` goes on, and one that a timeout gives up does not cancel its
//! run.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Awaited, Outcome, Ticket};

#[derive(Debug, Default)]
pub(super) struct Calls {
    /// Those without an end. They may have been given up.
    waiting: BTreeSet<Ticket>,
    /// Those of them of which the store does not know.
    unwatched: Vec<Ticket>,
    /// The times of the ends, in milliseconds since 1970. They may have been given up.
    times: BTreeSet<(u64, Ticket)>,
    outcomes: BTreeMap<Ticket, Outcome>,
    /// Those that a cancellation of the caller has found, and its reason.
    marked: BTreeMap<Ticket, String>,
}

impl Calls {
    pub(super) fn wait(&mut self, ticket: Ticket) {
        self.waiting.insert(ticket);
        self.unwatched.push(ticket);
    }

    /// The other run has ended at that time.
    pub(super) fn end(&mut self, ticket: Ticket, at: u64, outcome: Outcome) {
        if self.waiting.remove(&ticket) {
            self.times.insert((at, ticket));
            self.outcomes.insert(ticket, outcome);
        }
    }

    /// Whether a call waits for an end.
    pub(super) fn is_awaited(&mut self, awaited: &Awaited) -> bool {
        awaited.first_of(&mut self.waiting).is_some()
    }

    /// Takes the calls of which the store has to know.
    pub(super) fn take_unwatched(&mut self, awaited: &Awaited) -> Vec<Ticket> {
        let unwatched = std::mem::take(&mut self.unwatched).into_iter();
        unwatched.filter(|ticket| self.waiting.contains(ticket) && awaited.contains(*ticket)).collect()
    }

    /// The call whose run has ended first: the time of that end, and the call.
    pub(super) fn first(&mut self, awaited: &Awaited) -> Option<(u64, Ticket)> {
        while let Some(&(at, ticket)) = self.times.first() {
            if awaited.contains(ticket) {
                return Some((at, ticket));
            }
            self.times.pop_first();
            self.outcomes.remove(&ticket);
        }
        None
    }

    /// Takes the outcome of the [first](Self::first) call.
    pub(super) fn take_first(&mut self) -> Option<Outcome> {
        let (_, ticket) = self.times.pop_first()?;
        self.marked.remove(&ticket);
        self.outcomes.remove(&ticket)
    }

    /// A replay has given the outcome of this call.
    pub(super) fn replayed(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
        self.marked.remove(&ticket);
        self.times.retain(|(_, other)| *other != ticket);
        self.outcomes.remove(&ticket);
    }

    /// The caller is cancelled.
    pub(super) fn mark(&mut self, awaited: &Awaited, reason: &str) {
        for ticket in self.waiting.iter().filter(|ticket| awaited.contains(**ticket)) {
            self.marked.entry(*ticket).or_insert_with(|| reason.to_owned());
        }
    }

    /// Takes the marked calls that were given up, with the reasons.
    pub(super) fn take_given_up(&mut self, awaited: &Awaited) -> BTreeMap<Ticket, String> {
        let is_awaited = |ticket: &Ticket| awaited.contains(*ticket);
        let (kept, given_up) =
            std::mem::take(&mut self.marked).into_iter().partition(|(ticket, _)| is_awaited(ticket));
        self.marked = kept;
        given_up
    }

    /// The runs of these calls were cancelled before.
    pub(super) fn were_cancelled(&mut self, tickets: &[Ticket]) {
        for ticket in tickets {
            self.marked.remove(ticket);
        }
    }
}
