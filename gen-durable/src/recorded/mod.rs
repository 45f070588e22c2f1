//! [`Recorded`]: a journal that is a sequence of [records](Record) in one [`Store`].
//!
//! | file | what it holds |
//! |---|---|
//! | `store.rs` | the place where the records are kept |
//! | `replay.rs` | the comparison of the coroutine with the records that are left |
//! | `issue.rs` | a new command: how it is written down, and where it then waits |
//! | `events.rs` | the choice of the next event |
//! | `timers.rs` | the deadlines, and the alarm of this process |
//! | `inbox.rs` | the signals that have come, and the commands that wait for them |
//! | `calls.rs` | the calls, and the ends of the runs for which they wait |
//! | `versions.rs` | the versions that the run has |
//! | `forward.rs` | makes a public journal of a store |
//!
//! # States
//!
//! | state | `issue` | `poll_event` | `finish` |
//! |---|---|---|---|
//! | replays: there are records left | the next record must be that command | the next record is the event | the next record must be that result |
//! | records: none are left | appends the command | appends the first event that there is, and gives it | appends the result |
//!
//! A version is a record, too, but no command: a run that was recorded without it has none. Neither
//! is the note that the runs of some calls were cancelled.
//!
//! # Who owns a command that waits
//!
//! | command | waits in | until |
//! |---|---|---|
//! | a step, a random number, an identifier | `unstarted`, then in the driver, then in `ended` | the driver takes it; the driver proposes its outcome; its event |
//! | a sleep, a timeout, a reading of the clock | `timers` | its deadline |
//! | a signal | `inbox` | it is sent |
//! | a call | `calls` | the other run has ended |
//! | a state, a start | `prompt` | the next event |
//!
//! Nothing happens in the owner when the coroutine gives a command up. [`Awaited`] has the commands
//! that are not given up, and an owner drops all others when it comes to them.
//!
//! # When a record is safe
//!
//! An event is recorded, then made safe (on the disk), and only then given to the coroutine. In
//! between it is `held`. A deadline and a version are safe before this process waits. A step begins
//! while a deadline is being made safe, but never before a version is, since the version has
//! decided that it begins.

mod calls;
mod events;
mod forward;
mod inbox;
mod issue;
mod replay;
mod store;
mod timers;
mod versions;

use std::collections::{BTreeMap, VecDeque};
use std::task::{ready, Context, Poll};

pub(crate) use self::forward::forward_journal;
pub(crate) use self::inbox::SentSignal;
pub(crate) use self::store::{End, Store, Wait};

use self::calls::Calls;
use self::inbox::Inbox;
use self::timers::Timers;
use self::versions::Versions;
use crate::clock::WallClock;
use crate::error::{JournalMismatch, StepFailed};
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket};
use crate::place::Place;
use crate::record::Record;

#[derive(Debug)]
pub(crate) struct Recorded<S> {
    store: S,
    /// The records that are left to be replayed.
    replay: VecDeque<Record>,
    /// The number of records before the next one.
    entries: u64,
    /// By ticket.
    commands: Vec<Issued>,
    /// The steps that have not begun in this process.
    unstarted: VecDeque<Ticket>,
    /// The states and starts, which are done at once, with the failures of those that are refused.
    prompt: VecDeque<(Ticket, Option<StepFailed>)>,
    /// The steps that have ended in this process.
    ended: VecDeque<(Ticket, Outcome)>,
    /// The reasons of the cancellations that are not recorded yet.
    cancelled: VecDeque<String>,
    timers: Timers,
    inbox: Inbox,
    calls: Calls,
    /// The states of the run by their names, as JSON.
    states: BTreeMap<String, String>,
    versions: Versions,
    clock: WallClock,
    /// An event, a deadline or a version is not safe yet.
    is_unsynced: bool,
    /// A version is not safe yet.
    version_is_unsynced: bool,
    /// The event that is given as soon as it is safe.
    held: Option<Event>,
}

/// A command that was issued, and its deadline.
#[derive(Debug)]
struct Issued {
    command: Command,
    deadline: Option<u64>,
}

impl<S: Store> Recorded<S> {
    pub(crate) fn new(store: S, records: Vec<Record>) -> Self {
        Recorded::with_clock(store, records, WallClock::new())
    }

    pub(crate) fn with_clock(store: S, records: Vec<Record>, clock: WallClock) -> Self {
        Recorded {
            store,
            replay: records.into(),
            entries: 0,
            commands: Vec::new(),
            unstarted: VecDeque::new(),
            prompt: VecDeque::new(),
            ended: VecDeque::new(),
            cancelled: VecDeque::new(),
            timers: Timers::default(),
            inbox: Inbox::default(),
            calls: Calls::default(),
            states: BTreeMap::new(),
            versions: Versions::default(),
            clock,
            is_unsynced: false,
            version_is_unsynced: false,
            held: None,
        }
    }

    fn append(&mut self, record: &Record) -> gen::Result {
        self.store.append(record)?;
        self.entries += 1;
        self.is_unsynced |= record.must_be_safe();
        Ok(())
    }

    fn poll_synced(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        if self.is_unsynced {
            ready!(self.store.poll_sync(cx))?;
            self.is_unsynced = false;
            self.version_is_unsynced = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Gives the store the commands for which the coroutine waits.
    fn note_suspended(&mut self, awaited: &Awaited) -> gen::Result {
        let commands = &self.commands;
        let mut waits = awaited.iter().filter_map(|ticket| {
            let Issued { command, deadline } = commands.get(ticket.0 as usize)?;
            Some((ticket, command, *deadline))
        });
        self.store.suspended(awaited.0.len(), &mut waits)
    }
}

impl<S: Store> Journal for Recorded<S> {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.skip_notes();
        let refused = self.refusal(command)?;
        let deadline = match self.replay.is_empty() {
            true => self.append_issued(command, refused.is_some())?,
            false => self.replay_issued(command)?,
        };
        let ticket = Ticket(u32::try_from(self.commands.len()).map_err(gen::Error::from)?);
        self.commands.push(Issued { command: command.clone(), deadline });
        self.await_outcome(ticket, &command.what, deadline, refused);
        Ok(ticket)
    }

    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        self.skip_notes();
        let known = self.versions.get(label);
        if let Some((entry, version)) = known.filter(|(_, version)| *version > newest) {
            let recorded = format!("version {version} of `{label}`");
            let now = format!("knows no version after {newest}, at {at}");
            return Err(JournalMismatch { entry, recorded, now }.into());
        }
        if let Some((_, version)) = known {
            return Ok(version);
        }
        // Records without a version are those of a program that did not ask for it.
        let version = if self.replay.is_empty() { newest } else { 0 };
        if self.replay.is_empty() {
            self.append(&Record::Version(label.into(), version, at.clone()))?;
            self.version_is_unsynced = true;
        }
        self.versions.set(label, self.entries, version);
        Ok(version)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        if let Some(issued) = self.commands.get(step.0 as usize) {
            let outcome = self.store.settle(step, &issued.command.what, outcome);
            self.ended.push_back((step, outcome.limited()));
        }
        Ok(())
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.cancelled.push_back(reason.to_owned());
        Ok(())
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.skip_notes();
        if !self.replay.is_empty() {
            return Poll::Ready(self.replay_event(awaited));
        }
        self.cancel_given_up_calls(awaited)?;
        self.cancelled.extend(self.store.take_cancel(cx)?);
        loop {
            if self.held.is_some() {
                ready!(self.poll_synced(cx))?;
            }
            if let Some(event) = self.held.take() {
                return Poll::Ready(Ok(event));
            }
            let now = self.clock.now();
            ready!(self.poll_arrivals(cx, awaited, now))?;
            match self.next_event(awaited, now)? {
                // It is not recorded.
                Some(Event::Run(step)) if !self.version_is_unsynced => {
                    return Poll::Ready(Ok(Event::Run(step)))
                }
                Some(event) => self.held = Some(event),
                None => {
                    // The deadline must be safe before this process waits for it.
                    ready!(self.poll_synced(cx))?;
                    self.note_suspended(awaited)?;
                    ready!(self.timers.poll_alarm(cx, awaited, &mut self.clock))?;
                }
            }
        }
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        let outcome = outcome.clone().limited();
        self.skip_notes();
        if !self.replay.is_empty() {
            return self.replay_end(&outcome);
        }
        // Nothing is awaited any more.
        self.cancel_given_up_calls(&Awaited::default())?;
        self.append(&Record::Ended(outcome))
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.poll_synced(cx)
    }
}
