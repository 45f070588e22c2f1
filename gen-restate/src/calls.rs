//! [`Calls`]: the runs that a run has called, and that are cancelled with it.
//!
//! | event | a call |
//! |---|---|
//! | is issued | is open |
//! | its outcome is given | is forgotten |
//! | a cancellation of the caller comes | is marked if the coroutine waits for it, as soon as the identifier of its run has come |
//! | a marked call is given up | its run is cancelled, by a command of the journal, unless this run has cancelled it before |
//!
//! So a call under a `gen::shield` goes on, and one that a timeout gives up does not cancel its
//! run.

use std::collections::{BTreeMap, BTreeSet};

use gen_durable::{Awaited, Ticket};
use restate_sdk_shared_core::NotificationHandle;

#[derive(Debug, Default)]
pub(crate) struct Calls {
    /// Each with the handle under which the identifier of its run comes. They may have been given
    /// up.
    open: BTreeMap<Ticket, NotificationHandle>,
    /// Each with the identifier of its run.
    marked: BTreeMap<Ticket, String>,
    /// The runs that were cancelled. A second cancellation would disturb the clean-up of the run,
    /// to which there may be several calls.
    cancelled: BTreeSet<String>,
}

impl Calls {
    pub(crate) fn issued(&mut self, call: Ticket, identifier: NotificationHandle) {
        self.open.insert(call, identifier);
    }

    /// The outcome of the call was given.
    pub(crate) fn ended(&mut self, call: Ticket) {
        self.open.remove(&call);
        self.marked.remove(&call);
    }

    /// An awaited call that is not marked, and the handle of the identifier of its run.
    pub(crate) fn first_unmarked(&self, awaited: &Awaited) -> Option<(Ticket, NotificationHandle)> {
        let mut open = self.open.iter().map(|(call, identifier)| (*call, *identifier));
        open.find(|(call, _)| awaited.contains(*call))
    }

    /// A cancellation has found this call.
    pub(crate) fn mark(&mut self, call: Ticket, run: String) {
        self.open.remove(&call);
        self.marked.insert(call, run);
    }

    /// Takes the runs of the marked calls that were given up, each run once.
    pub(crate) fn take_given_up(&mut self, awaited: &Awaited) -> Vec<String> {
        let marked = std::mem::take(&mut self.marked).into_iter();
        let (kept, given_up): (BTreeMap<_, _>, _) = marked.partition(|(call, _)| awaited.contains(*call));
        self.marked = kept;
        given_up.into_values().filter(|run| self.cancelled.insert(run.clone())).collect()
    }
}
