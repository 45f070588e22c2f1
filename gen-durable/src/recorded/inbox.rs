//! [`Inbox`]: the signals that have come to a run, and the commands that wait for them.
//!
//! Signals are not in the sequence of records: a sender adds its signal to a list of its own, and
//! nothing removes it. The outcome of the command that has got it is a record. So the signals that
//! are still to be given follow from both: of each name, all but the first ones, of which there are
//! as many as the records have outcomes. A kill at any moment loses none, and gives none twice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::journal::{Awaited, Ticket};
use crate::record::MAX_JSON;

/// A signal, as its sender has written it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentSignal {
    name: String,
    /// As JSON.
    value: String,
    /// When it was sent, in milliseconds since 1970. If no process ran meanwhile, this says
    /// whether a deadline came first.
    at: u64,
}

impl SentSignal {
    /// A signal that is sent now.
    ///
    /// # Errors
    ///
    /// The value is no JSON, or is too large for an entry of a journal.
    pub(crate) fn new<T: Serialize + ?Sized>(name: &str, value: &T) -> gen::Result<Self> {
        SentSignal::sent_at(clock::millis_now(), name, value)
    }

    /// As `new`, of a signal that is sent at that time.
    pub(crate) fn sent_at<T: Serialize + ?Sized>(at: u64, name: &str, value: &T) -> gen::Result<Self> {
        let value = serde_json::to_string(value)?;
        let signal = SentSignal { name: name.into(), value, at };
        let size = serde_json::to_vec(&signal)?.len();
        gen::ensure!(size <= MAX_JSON, "a signal of {size} bytes is too large for a journal");
        Ok(signal)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// The signals of one run.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// By name: those that were not given yet, in the order in which they came, each with its
    /// number among all.
    arrived: BTreeMap<String, VecDeque<(u64, SentSignal)>>,
    /// The number of all that have arrived.
    number: u64,
    /// By name: how many a replay has given, which have not arrived in this process.
    given_before: BTreeMap<String, u64>,
    /// The commands that wait. The coroutine may have given some of them up.
    waiting: BTreeSet<Ticket>,
    /// The same commands, by name.
    by_name: BTreeMap<String, BTreeSet<Ticket>>,
    /// The time and the number of the first signal of each name that has arrived and for which a
    /// command waits. So signals that nothing waits for cost nothing at an event.
    ready: BTreeSet<(u64, u64, String)>,
}

impl Inbox {
    /// A command waits for the next signal of that name.
    pub(super) fn wait(&mut self, name: &str, ticket: Ticket) {
        self.waiting.insert(ticket);
        self.by_name.entry(name.into()).or_default().insert(ticket);
        self.make_ready(name);
    }

    fn front(&self, name: &str) -> Option<(u64, u64, String)> {
        let (number, signal) = self.arrived.get(name)?.front()?;
        Some((signal.at, *number, name.to_owned()))
    }

    /// The name has a signal and a command, or gets them.
    fn make_ready(&mut self, name: &str) {
        if self.by_name.contains_key(name) {
            self.ready.extend(self.front(name));
        }
    }

    /// The name loses its first signal, or its last command.
    fn make_unready(&mut self, name: &str) {
        if let Some(front) = self.front(name) {
            self.ready.remove(&front);
        }
    }

    /// A replay has given a signal of that name.
    pub(super) fn replayed(&mut self, name: &str, ticket: Ticket) {
        self.forget(name, ticket);
        *self.given_before.entry(name.into()).or_default() += 1;
    }

    fn forget(&mut self, name: &str, ticket: Ticket) {
        self.waiting.remove(&ticket);
        if let Some(tickets) = self.by_name.get_mut(name) {
            tickets.remove(&ticket);
            if tickets.is_empty() {
                self.by_name.remove(name);
                self.make_unready(name);
            }
        }
    }

    /// Whether a command waits that is still awaited.
    pub(super) fn is_awaited(&mut self, awaited: &Awaited) -> bool {
        awaited.first_of(&mut self.waiting).is_some()
    }

    /// Signals have come, in this order.
    pub(super) fn arrive(&mut self, signals: Vec<SentSignal>) {
        for signal in signals {
            match self.given_before.get_mut(&signal.name) {
                Some(given) if *given > 0 => *given -= 1,
                _ => {
                    self.number += 1;
                    let name = signal.name.clone();
                    let of_name = self.arrived.entry(name.clone()).or_default();
                    of_name.push_back((self.number, signal));
                    self.make_ready(&name);
                }
            }
        }
    }

    /// The signal that was sent first, of those for which a command waits: its time, and the
    /// command, which is the first one that waits for that name.
    ///
    /// Signals of one name keep the order in which they have arrived.
    pub(super) fn first(&mut self, awaited: &Awaited) -> Option<(u64, Ticket)> {
        while let Some((at, _, name)) = self.ready.first() {
            if let Some(ticket) = self.by_name.get_mut(name).and_then(|of_name| awaited.first_of(of_name)) {
                return Some((*at, ticket));
            }
            // All commands for this name were given up.
            self.by_name.remove(name);
            self.ready.pop_first();
        }
        None
    }

    /// Gives the next signal of that name, as JSON, to a command that waits for it.
    pub(super) fn give(&mut self, name: &str, ticket: Ticket) -> Option<String> {
        self.make_unready(name);
        self.forget(name, ticket);
        let of_name = self.arrived.get_mut(name)?;
        let given = of_name.pop_front();
        if of_name.is_empty() {
            self.arrived.remove(name);
        }
        self.make_ready(name);
        given.map(|(_, signal)| signal.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_at(at: u64, name: &str) -> SentSignal {
        SentSignal::sent_at(at, name, &at).unwrap()
    }

    #[test]
    fn a_signal_that_was_sent_earlier_comes_first_also_if_it_has_arrived_later() {
        let mut inbox = Inbox::default();
        let (late, early) = (Ticket(0), Ticket(1));
        inbox.wait("late", late);
        inbox.wait("early", early);
        // The clocks of two senders differ, or the first one was slow to write its signal.
        inbox.arrive(vec![sent_at(9, "late"), sent_at(5, "early"), sent_at(5, "late")]);
        let awaited = Awaited([late, early].into());
        // A deadline at 7 comes after this one.
        assert_eq!(inbox.first(&awaited), Some((5, early)));
        assert_eq!(inbox.give("early", early).as_deref(), Some("5"));
        // Those of one name keep the order in which they have arrived.
        assert_eq!(inbox.first(&awaited), Some((9, late)));
    }

    /// The first signal of all, as a look at each of them finds it.
    fn first_of_all(inbox: &Inbox, awaited: &Awaited) -> Option<(u64, Ticket)> {
        let candidates = inbox.arrived.iter().filter_map(|(name, of_name)| {
            let (number, signal) = of_name.front()?;
            let mut waiting = inbox.by_name.get(name)?.iter();
            let ticket = waiting.find(|ticket| awaited.contains(**ticket))?;
            Some((signal.at, *number, *ticket))
        });
        candidates.min().map(|(at, _, ticket)| (at, ticket))
    }

    #[test]
    fn the_first_signal_is_that_which_a_look_at_all_of_them_finds() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let (mut inbox, mut awaited, mut next) = (Inbox::default(), Awaited::default(), 0);
            let mut names = BTreeMap::new();
            for _ in 0..100 {
                let name = ["a", "b", "c"][random.usize(0..3)];
                match random.u32(0..4) {
                    0 => inbox.arrive(vec![sent_at(random.u64(0..9), name)]),
                    // Some are given up.
                    1 => drop(awaited.0.pop_last()),
                    _ => {
                        let ticket = Ticket(next);
                        next += 1;
                        inbox.wait(name, ticket);
                        awaited.0.insert(ticket);
                        names.insert(ticket, name);
                    }
                }
                let first = first_of_all(&inbox, &awaited);
                assert_eq!(inbox.first(&awaited), first);
                if let Some((_, ticket)) = first.filter(|_| random.bool()) {
                    assert!(inbox.give(names[&ticket], ticket).is_some());
                    awaited.0.remove(&ticket);
                }
            }
        }
    }
}
