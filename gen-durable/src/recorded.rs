//! [`Recorded`]: a journal that is a sequence of records in one place.
//!
//! | state | `issue` | `poll_event` | `finish` |
//! |---|---|---|---|
//! | replays: there are records left | the next record must be that command | the next record is the event | the next record must be that result |
//! | records: none are left | appends the command | appends the first event that there is, and gives it | appends the result |
//!
//! Several events may be there at once. Their order is decided here, and from then on it is in the
//! journal:
//!
//! 1. the steps that have ended, in the order of their ends;
//! 2. the states and starts, which are done at once;
//! 3. the cancellation;
//! 4. the deadlines that have passed, the signals that were sent, and the calls whose runs have
//!    ended, in the order of their times;
//! 5. the steps that have not begun.
//!
//! So a deadline that has passed while no process ran comes before a step that it limits, and after
//! a signal that was sent before it.
//!
//! A version is a record, too, but no command: a run that was recorded without it has none. Neither
//! is the note that the runs of some calls were cancelled.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use crate::calls::Calls;
use crate::clock::{until_next_look, WallClock};
use crate::error::{JournalMismatch, StepFailed};
use crate::inbox::{Inbox, Signal};
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket, What};
use crate::place::Place;
use crate::record::{Kind, Record, MAX_JSON};
use crate::versions::Versions;

/// The place of the records.
pub(crate) trait Store: Send + 'static {
    /// Writes a record after the others.
    fn append(&mut self, record: &Record) -> gen::Result;

    /// Completes when all records are safe. A place that is slow lets the thread do other work
    /// meanwhile.
    fn poll_sync(&mut self, cx: &Context<'_>) -> Poll<gen::Result>;

    /// The signals that have come since the last call, and all of them in the first one. The task
    /// of `cx` is woken when others come.
    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<Signal>>;

    /// Completes when [`poll_signals`](Self::poll_signals) and [`poll_ends`](Self::poll_ends) have
    /// all that has happened before the first call. A deadline that has passed waits for it.
    fn poll_all_came(&mut self, _cx: &Context<'_>) -> Poll<gen::Result> {
        Poll::Ready(Ok(()))
    }

    /// Whether this run can begin the other run of a call or a start: the failure of the command
    /// if it cannot. The answer is the same in each replay.
    ///
    /// # Errors
    ///
    /// There are no other runs here.
    fn refusal(&self, _command: &Command) -> gen::Result<Option<StepFailed>> {
        Ok(None)
    }

    /// Begins the other run of a call or a start, unless there is one of its name, together with
    /// the next record. A run that is started later begins at that time.
    fn begin(&mut self, _what: &What, _at: Option<u64>) -> gen::Result {
        Ok(())
    }

    /// A call waits for the end of its run.
    fn watch(&mut self, _call: Ticket, _what: &What) -> gen::Result {
        Ok(())
    }

    /// The ends of the runs of calls that have come since the last call of this. The task of `cx`
    /// is woken when others come.
    fn poll_ends(&mut self, _cx: &Context<'_>) -> gen::Result<Vec<End>> {
        Ok(Vec::new())
    }

    /// Cancels the run of a call, together with the next record.
    fn cancel_called(&mut self, _call: &What, _reason: &str) -> gen::Result {
        Ok(())
    }

    /// Shows a state to others, together with the next record.
    fn show_state(&mut self, _name: &str, _value: &str) {}

    /// The coroutine waits for so many commands: these.
    fn suspended(&mut self, _number: usize, _waits: &mut dyn Iterator<Item = Wait<'_>>) -> gen::Result {
        Ok(())
    }

    /// Takes the reason of a cancellation that has come to the place of the records. Wakes `cx`
    /// when a later one comes.
    fn take_cancel(&mut self, _cx: &Context<'_>) -> Option<String> {
        None
    }
}

/// A command for which the coroutine waits, and its deadline.
pub(crate) type Wait<'a> = (Ticket, &'a Command, Option<u64>);

/// The end of the run of a call, and its time in milliseconds since 1970.
pub(crate) type End = (Ticket, u64, Outcome);

#[derive(Debug)]
pub(crate) struct Recorded<S> {
    store: S,
    /// The records that are to be replayed.
    replay: VecDeque<Record>,
    /// The number of records before the next one.
    entries: u64,
    /// By ticket, with their deadlines.
    commands: Vec<(Command, Option<u64>)>,
    /// The steps that were not begun in this process, and may be done.
    unstarted: VecDeque<Ticket>,
    /// The states and starts, which are done at once.
    prompt: VecDeque<(Ticket, Option<StepFailed>)>,
    /// The steps that have ended in this process.
    ended: VecDeque<(Ticket, Outcome)>,
    cancelled: VecDeque<String>,
    /// By their deadline. They may be done.
    timers: BTreeSet<(u64, Ticket)>,
    inbox: Inbox,
    calls: Calls,
    /// By their names, as JSON.
    states: BTreeMap<String, String>,
    versions: Versions,
    /// The deadline for which this process waits, and the time until it looks at the clock again.
    alarm: Option<(u64, Pin<Box<gen::Sleep>>)>,
    clock: WallClock,
    /// An event or a deadline is not safe yet.
    is_unsynced: bool,
    /// A version is not safe yet. The steps that follow it depend on it.
    version_is_unsynced: bool,
    /// The event that is given as soon as it is safe.
    held: Option<Event>,
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
            timers: BTreeSet::new(),
            inbox: Inbox::default(),
            calls: Calls::default(),
            states: BTreeMap::new(),
            versions: Versions::default(),
            alarm: None,
            clock,
            is_unsynced: false,
            version_is_unsynced: false,
            held: None,
        }
    }

    pub(crate) fn store_mut(&mut self) -> &mut S {
        &mut self.store
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

    fn replayed(&mut self) {
        self.replay.pop_front();
        self.entries += 1;
    }

    /// Takes the notes that are the next records. Versions are not compared with the coroutine, so
    /// that a program without the old code need not ask for them.
    fn skip_notes(&mut self) {
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

    /// The coroutine does something else than the next record says.
    fn mismatch<T>(&self, now: String) -> gen::Result<T> {
        let describe = |next: &Record| next.describe(|ticket| self.name(ticket));
        let recorded = self.replay.front().map_or_else(|| "the end".to_owned(), describe);
        Err(JournalMismatch { entry: self.entries + 1, recorded, now }.into())
    }

    fn name(&self, ticket: Ticket) -> String {
        let command = self.commands.get(ticket.0 as usize);
        match command {
            Some((command, _)) => command.to_string(),
            None => format!("command {}, which was not issued", ticket.0),
        }
    }

    fn names(&self, awaited: &Awaited) -> String {
        const SHOWN: usize = 3;
        let names: Vec<String> = awaited.iter().take(SHOWN).map(|ticket| self.name(ticket)).collect();
        let more = awaited.0.len() - names.len();
        let names = names.join(", and for ");
        if more == 0 {
            names
        } else {
            format!("{names}, and {more} more")
        }
    }

    fn replay_event(&mut self, awaited: &Awaited) -> gen::Result<Event> {
        let event = match self.replay.front() {
            Some(Record::Done(ticket, outcome)) if awaited.contains(*ticket) => {
                let (command, deadline) = &self.commands[ticket.0 as usize];
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

    /// The next event, which may have to become safe first.
    fn next_event(&mut self, awaited: &Awaited, now: u64) -> gen::Result<Option<Event>> {
        while let Some((ticket, outcome)) = self.ended.pop_front() {
            if awaited.contains(ticket) {
                return self.done(ticket, outcome).map(Some);
            }
        }
        while let Some((ticket, refused)) = self.prompt.pop_front() {
            if awaited.contains(ticket) {
                let outcome = refused.map_or_else(|| self.prompt_outcome(ticket), Outcome::Failed);
                return self.done(ticket, outcome.limited()).map(Some);
            }
        }
        if let Some(reason) = self.cancelled.pop_front() {
            self.append(&Record::Cancelled(reason.clone()))?;
            self.calls.mark(awaited, &reason);
            return Ok(Some(Event::Cancelled(reason)));
        }
        let timer = self.first_timer(awaited).filter(|(deadline, _)| *deadline <= now);
        let arrival = self.inbox.first(awaited).into_iter().chain(self.calls.first(awaited)).min();
        match (arrival, timer) {
            (Some((at, ticket)), timer) if timer.is_none_or(|(deadline, _)| at <= deadline) => {
                return self.give_arrival(ticket).map(Some);
            }
            (_, Some((deadline, ticket))) => {
                self.timers.pop_first();
                let outcome = match self.commands[ticket.0 as usize].0.what {
                    What::Now => Outcome::Value(deadline.to_string()),
                    _ => Outcome::nothing(),
                };
                return self.done(ticket, outcome).map(Some);
            }
            _ => {}
        }
        while let Some(ticket) = self.unstarted.pop_front() {
            if awaited.contains(ticket) {
                return Ok(Some(Event::Run(ticket)));
            }
        }
        Ok(None)
    }

    /// The outcome of a state or a start.
    fn prompt_outcome(&self, ticket: Ticket) -> Outcome {
        match &self.commands[ticket.0 as usize].0.what {
            What::GetState(name) => {
                self.states.get(name).map_or_else(Outcome::nothing, |value| Outcome::Value(value.clone()))
            }
            _ => Outcome::nothing(),
        }
    }

    /// Gives a signal to its command, or the end of a run to its call.
    fn give_arrival(&mut self, ticket: Ticket) -> gen::Result<Event> {
        let outcome = match &self.commands[ticket.0 as usize].0.what {
            What::Signal(name) => self.inbox.give(name, ticket).map(Outcome::Value),
            _ => self.calls.take_first(),
        };
        self.done(ticket, outcome.unwrap_or_else(Outcome::nothing).limited())
    }

    /// Looks for signals and for the ends of other runs, if one is awaited.
    fn poll_arrivals(&mut self, cx: &Context<'_>, awaited: &Awaited, now: u64) -> Poll<gen::Result> {
        let (signals, calls) = (self.inbox.is_awaited(awaited), self.calls.is_awaited(awaited));
        for ticket in self.calls.take_unwatched(awaited) {
            self.store.watch(ticket, &self.commands[ticket.0 as usize].0.what)?;
        }
        // One that came before a deadline is given before it.
        if (signals || calls) && self.first_timer(awaited).is_some_and(|(deadline, _)| deadline <= now) {
            ready!(self.store.poll_all_came(cx))?;
        }
        if signals {
            self.inbox.arrive(self.store.poll_signals(cx)?);
        }
        if calls {
            for (ticket, at, outcome) in self.store.poll_ends(cx)? {
                self.calls.end(ticket, at, outcome);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Cancels the runs of the calls that a cancellation of this run has ended. Nothing happens
    /// before the end of the replay, whose records say what was cancelled.
    fn cancel_called(&mut self, awaited: &Awaited) -> gen::Result {
        let given_up = self.calls.take_given_up(awaited);
        if given_up.is_empty() {
            return Ok(());
        }
        for (ticket, reason) in &given_up {
            self.store.cancel_called(&self.commands[ticket.0 as usize].0.what, reason)?;
        }
        self.append(&Record::CallsCancelled(given_up.into_keys().collect()))
    }

    /// Writes a new command down, with all that belongs to it. The deadline of the command, if it
    /// has one.
    fn append_issued(&mut self, command: &Command, is_refused: bool) -> gen::Result<Option<u64>> {
        let deadline = command.millis().map(|millis| self.clock.now().saturating_add(millis));
        match &command.what {
            what @ (What::Call { .. } | What::Start { .. }) if !is_refused => {
                let at = match what {
                    What::Start { after, .. } if *after > 0 => Some(self.clock.now().saturating_add(*after)),
                    _ => None,
                };
                self.store.begin(what, at)?;
            }
            What::SetState { name, value } => {
                self.store.show_state(name, value);
                self.states.insert(name.clone(), value.clone());
            }
            _ => {}
        }
        self.append(&Record::Issued(command.clone(), deadline))?;
        Ok(deadline)
    }

    /// Why this run cannot call or start that other run.
    fn refusal(&self, command: &Command) -> gen::Result<Option<StepFailed>> {
        match command.what {
            What::Call { .. } | What::Start { .. } => self.store.refusal(command),
            _ => Ok(None),
        }
    }

    /// Notes who will answer a command.
    fn await_answer(
        &mut self,
        ticket: Ticket,
        what: &What,
        deadline: Option<u64>,
        refused: Option<StepFailed>,
    ) {
        if let Some(deadline) = deadline {
            self.timers.insert((deadline, ticket));
            return;
        }
        match what {
            What::Signal(name) => self.inbox.wait(name, ticket),
            What::Call { .. } => {
                self.calls.wait(ticket);
                if let Some(failed) = refused {
                    self.calls.end(ticket, 0, Outcome::Failed(failed));
                }
            }
            What::Start { .. } | What::GetState(_) | What::SetState { .. } => {
                self.prompt.push_back((ticket, refused))
            }
            _ => self.unstarted.push_back(ticket),
        }
    }

    fn done(&mut self, ticket: Ticket, outcome: Outcome) -> gen::Result<Event> {
        self.append(&Record::Done(ticket, outcome.clone()))?;
        Ok(Event::Done(ticket, outcome))
    }

    /// The first deadline that is still waited for.
    fn first_timer(&mut self, awaited: &Awaited) -> Option<(u64, Ticket)> {
        while let Some(&(deadline, ticket)) = self.timers.first() {
            if awaited.contains(ticket) {
                return Some((deadline, ticket));
            }
            self.timers.pop_first();
        }
        None
    }

    fn say_suspended(&mut self, awaited: &Awaited) -> gen::Result {
        let commands = &self.commands;
        let mut waits = awaited.iter().filter_map(|ticket| {
            let (command, deadline) = commands.get(ticket.0 as usize)?;
            Some((ticket, command, *deadline))
        });
        self.store.suspended(awaited.0.len(), &mut waits)
    }

    /// Waits until the first deadline may have passed.
    fn poll_alarm(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result> {
        let Some((deadline, _)) = self.first_timer(awaited) else {
            self.alarm = None;
            return Poll::Pending;
        };
        if self.alarm.as_ref().is_none_or(|(of, _)| *of != deadline) {
            let left = Duration::from_millis(deadline.saturating_sub(self.clock.now()));
            self.alarm = Some((deadline, Box::pin(gen::sleep(until_next_look(left)))));
        }
        let Some((_, alarm)) = &mut self.alarm else { return Poll::Pending };
        let rang = ready!(alarm.as_mut().poll(cx));
        self.alarm = None;
        Poll::Ready(rang)
    }
}

impl<S: Store> Journal for Recorded<S> {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.skip_notes();
        let refused = self.refusal(command)?;
        let deadline = match self.replay.front() {
            Some(Record::Issued(recorded, deadline)) if command.fits(recorded) => {
                // A record of another program may have no deadline.
                let deadline = recorded.millis().map(|_| deadline.unwrap_or_default());
                let issued =
                    deadline.unwrap_or_default().saturating_sub(recorded.millis().unwrap_or_default());
                self.clock.reached(issued);
                // Others see the recorded value, also if the program now sets another one.
                if let What::SetState { name, value } = &recorded.what {
                    self.states.insert(name.clone(), value.clone());
                }
                self.replayed();
                deadline
            }
            Some(_) => return self.mismatch(format!("issues {command}")),
            None => self.append_issued(command, refused.is_some())?,
        };
        let ticket = Ticket(u32::try_from(self.commands.len()).map_err(gen::Error::from)?);
        self.commands.push((command.clone(), deadline));
        self.await_answer(ticket, &command.what, deadline, refused);
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
        self.ended.push_back((step, outcome.limited()));
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
        self.cancel_called(awaited)?;
        self.cancelled.extend(self.store.take_cancel(cx));
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
                    self.say_suspended(awaited)?;
                    ready!(self.poll_alarm(cx, awaited))?;
                }
            }
        }
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        let outcome = outcome.clone().limited();
        self.skip_notes();
        match self.replay.front() {
            None => {
                self.cancel_called(&Awaited::default())?;
                self.append(&Record::Ended(outcome))
            }
            Some(Record::Ended(recorded)) if *recorded == outcome && self.replay.len() == 1 => {
                self.replayed();
                Ok(())
            }
            Some(Record::Ended(recorded)) if *recorded == outcome => {
                self.replayed();
                self.mismatch("has ended".into())
            }
            // The values are not shown, because they may be secrets.
            Some(Record::Ended(Outcome::Value(_))) if matches!(outcome, Outcome::Value(_)) => {
                self.mismatch("ends with another value".into())
            }
            Some(_) => self.mismatch(format!("ends with {}", Kind(&outcome))),
        }
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.poll_synced(cx)
    }
}

/// The failure that a journal keeps instead of an outcome that is too large.
pub(crate) fn too_large(outcome: &Outcome) -> Option<StepFailed> {
    /// Room for the other parts of a record.
    const PARTS: usize = 64;
    match serde_json::to_vec(outcome).map(|json| json.len()) {
        Ok(size) if size + PARTS <= MAX_JSON => None,
        Ok(size) => Some(StepFailed::new(format!(
            "the result has {size} bytes, and an entry of the journal at most {MAX_JSON}"
        ))),
        Err(error) => Some(StepFailed::new(error.to_string())),
    }
}

/// Implements [`Journal`] for a journal around a [`Recorded`].
macro_rules! forward_journal {
    ($journal:ty) => {
        impl Journal for $journal {
            fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
                self.0.issue(command)
            }

            fn version(&mut self, label: &str, newest: u32, at: &crate::place::Place) -> gen::Result<u32> {
                self.0.version(label, newest, at)
            }

            fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
                self.0.propose(step, outcome)
            }

            fn cancel(&mut self, reason: &str) -> gen::Result {
                self.0.cancel(reason)
            }

            fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
                self.0.poll_event(cx, awaited)
            }

            fn finish(&mut self, outcome: &Outcome) -> gen::Result {
                self.0.finish(outcome)
            }

            fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
                self.0.poll_finished(cx)
            }
        }
    };
}

pub(crate) use forward_journal;
