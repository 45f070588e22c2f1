//! [`RestateJournal`]: the journal of a run, which the server keeps.
//!
//! | state | `issue` | `poll_event` | `finish` |
//! |---|---|---|---|
//! | replays: recorded commands are left | the next one must be that command | gives the recorded outcomes in their order | the next one must be the end |
//! | records: none are left | sends the command | gives the outcomes in the order in which the server stores them | sends the result |
//!
//! | command | on the server |
//! |---|---|
//! | a step, a random number, a UUID, a reading of the clock | the outcome of a closure |
//! | a sleep, a timeout | a sleep until a time of the day |
//! | a signal | the next promise of its name: see [`promises`](crate::promises) |
//! | a call of the run itself | nothing: it fails |
//! | a call | a call of the workflow. If there is a run already, the wait for that run follows |
//! | the cancellation of a call | a signal to its run: see [`calls`](crate::calls) |
//! | a start | a one-way call, which may be delayed |
//! | a state | a state of the workflow |
//! | a version | the outcome of a closure that is known at once. No step begins before it is stored: see [`versions`](crate::versions) |

mod entries;
mod events;
mod send;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use gen_durable::{Awaited, Command, Event, Journal, Outcome, Place, Ticket};

use crate::journal::entries::Entries;
use crate::wire::{lock, Wire};

/// The handler of a workflow that runs the body.
pub(crate) const RUN: &str = "run";

pub(crate) struct RestateJournal {
    wire: Arc<Mutex<Wire>>,
    entries: Entries,
}

impl RestateJournal {
    pub(crate) fn new(wire: Arc<Mutex<Wire>>) -> Self {
        RestateJournal { wire, entries: Entries::default() }
    }
}

impl Journal for RestateJournal {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.entries.issue(&mut lock(&self.wire), command)
    }

    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        self.entries.version(&mut lock(&self.wire), label, newest, at)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.entries.propose(&mut lock(&self.wire), step, outcome)
    }

    fn cancel(&mut self, _reason: &str) -> gen::Result {
        gen::bail!("only the server can cancel a run on Restate")
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.entries.poll_event(&mut lock(&self.wire), cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.entries.finish(&mut lock(&self.wire), outcome)
    }

    /// The output is sent by [`finish`](Journal::finish).
    fn poll_finished(&mut self, _cx: &mut Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for RestateJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestateJournal").field("issued", &self.entries.len()).finish_non_exhaustive()
    }
}
