//! The replay: compares what the coroutine does with the records that are left.

use super::{Issued, Recorded, Store};
use crate::error::JournalMismatch;
use crate::journal::{Awaited, Command, Event, Outcome, Ticket, What};
use crate::record::{Kind, Record};

/// The commands that a message names at most.
const NAMED: usize = 3;

impl<S: Store> Recorded<S> {
    /// Takes the notes that are the next records, which are compared with nothing. So a program
    /// that has removed the old code need not ask for its version.
    pub(super) fn skip_notes(&mut self) {
        loop {
            match self.replay.front() {
                Some(Record::Version(label, version, _)) => {
                    self.versions.set(label, self.entries + 1, *version);
                }
                Some(Record::CallsCancelled(tickets)) => self.calls.were_cancelled(tickets),
                _ => return,
            }
            self.replayed();
        }
    }

    fn replayed(&mut self) {
        self.replay.pop_front();
        self.entries += 1;
    }

    /// Compares a command with the next record, and returns the recorded deadline.
    pub(super) fn replay_issued(&mut self, command: &Command) -> gen::Result<Option<u64>> {
        let (recorded, deadline) = match self.replay.front() {
            Some(Record::Issued(recorded, deadline)) if command.fits(recorded) => (recorded, *deadline),
            _ => return self.mismatch(format!("issues {command}")),
        };
        // The record may be a stranger's, and have no deadline, or one that it should not have.
        let deadline = recorded.millis().map(|_| deadline.unwrap_or_default());
        if let (Some(deadline), Some(millis)) = (deadline, recorded.millis()) {
            self.clock.reached(deadline.saturating_sub(millis));
        }
        // Others have seen the recorded value, also if the program now sets another one.
        if let What::SetState { name, value } = &recorded.what {
            self.states.insert(name.clone(), value.clone());
        }
        self.replayed();
        Ok(deadline)
    }

    /// The event that is the next record.
    pub(super) fn replay_event(&mut self, awaited: &Awaited) -> gen::Result<Event> {
        let event = match self.replay.front() {
            Some(Record::Done(ticket, outcome)) if awaited.contains(*ticket) => {
                let Issued { command, deadline } = &self.commands[ticket.0 as usize];
                self.clock.reached(deadline.unwrap_or_default());
                match &command.what {
                    What::Signal(name) => self.inbox.replayed(name, *ticket),
                    What::Call { .. } => self.calls.replayed(*ticket),
                    _ => {}
                }
                Event::Done(*ticket, outcome.clone())
            }
            Some(Record::Cancelled(reason)) => {
                self.calls.mark(awaited, reason);
                Event::Cancelled(reason.clone())
            }
            _ => return self.mismatch(format!("waits for {}", self.names(awaited))),
        };
        self.replayed();
        Ok(event)
    }

    /// Compares the end of the coroutine with the next record, which must be the last one.
    pub(super) fn replay_end(&mut self, outcome: &Outcome) -> gen::Result {
        let now = match (self.replay.front(), outcome) {
            (Some(Record::Ended(recorded)), outcome) if recorded == outcome => {
                self.replayed();
                return match self.replay.is_empty() {
                    true => Ok(()),
                    false => self.mismatch("has ended".into()),
                };
            }
            // The values are not shown, because they may be secrets.
            (Some(Record::Ended(Outcome::Value(_))), Outcome::Value(_)) => "ends with another value".into(),
            _ => format!("ends with {}", Kind(outcome)),
        };
        self.mismatch(now)
    }

    /// The error of a coroutine that does something else than the next record says.
    fn mismatch<T>(&self, now: String) -> gen::Result<T> {
        let describe = |next: &Record| next.describe(|ticket| self.name(ticket));
        let recorded = self.replay.front().map_or_else(|| "the end".to_owned(), describe);
        Err(JournalMismatch { entry: self.entries + 1, recorded, now }.into())
    }

    fn name(&self, ticket: Ticket) -> String {
        match self.commands.get(ticket.0 as usize) {
            Some(issued) => issued.command.to_string(),
            None => format!("command {}, which was not issued", ticket.0),
        }
    }

    fn names(&self, awaited: &Awaited) -> String {
        let names: Vec<String> = awaited.iter().take(NAMED).map(|ticket| self.name(ticket)).collect();
        let text = names.join(", and for ");
        match awaited.0.len() - names.len() {
            0 => text,
            more => format!("{text}, and {more} more"),
        }
    }
}
