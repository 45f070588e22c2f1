//! Signals, which are promises on the server.
//!
//! A promise is completed once, and a signal may be sent many times. So the signals of a name are a
//! queue of promises, which are completed in the order of their numbers:
//!
//! | who | does |
//! |---|---|
//! | the n-th wait for the name, in the journal | asks for the n-th promise |
//! | a sender, in the [handler `signal`](crate::signal_handler) | completes the first promise that is not completed |
//! | the journal, when the first promise that it has not given yet is completed | gives its value to the first wait that is left |
//!
//! Two senders that find the same promise free get different answers from the server, and the one
//! that is refused looks for the next one. A wait that is given up leaves its promise to the next
//! wait, so a signal is never lost with it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gen_durable::{Awaited, Ticket};
use restate_sdk_shared_core::NotificationHandle;

use crate::names;

/// The signals of a run, for its journal.
#[derive(Debug, Default)]
pub(crate) struct Promises(BTreeMap<String, OfName>);

#[derive(Debug, Default)]
struct OfName {
    /// The number of promises that were asked for.
    asked: u64,
    /// Those that were not given, in the order of their numbers.
    promises: VecDeque<NotificationHandle>,
    /// The commands that wait. They may be given up.
    waiting: BTreeSet<Ticket>,
}

impl Promises {
    /// The promise that the next wait for this signal asks for.
    pub(crate) fn next(&self, signal: &str) -> String {
        let asked = self.0.get(signal).map_or(0, |of_name| of_name.asked);
        names::promise(signal, asked + 1)
    }

    /// A command waits for the signal, and has asked for the next promise.
    pub(crate) fn wait(&mut self, signal: &str, ticket: Ticket, promise: NotificationHandle) {
        let of_name = self.0.entry(signal.into()).or_default();
        of_name.asked += 1;
        of_name.promises.push_back(promise);
        of_name.waiting.insert(ticket);
    }

    /// The promise that is completed next of each signal that is awaited, and the command that gets
    /// its value.
    pub(crate) fn awaited(&mut self, awaited: &Awaited) -> Vec<(NotificationHandle, Ticket)> {
        let first = |of_name: &mut OfName| {
            of_name.waiting.retain(|ticket| awaited.contains(*ticket));
            Some((*of_name.promises.front()?, *of_name.waiting.first()?))
        };
        self.0.values_mut().filter_map(first).collect()
    }

    /// The value of the first promise of this signal was given to a command.
    pub(crate) fn given(&mut self, signal: &str, ticket: Ticket) {
        if let Some(of_name) = self.0.get_mut(signal) {
            of_name.promises.pop_front();
            of_name.waiting.remove(&ticket);
        }
    }
}
