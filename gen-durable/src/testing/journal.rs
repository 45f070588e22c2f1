//! [`ScriptedJournal`]: the journal of one process of a run, which may die at each entry.
//!
//! Random numbers and identifiers follow from the seed and the number of their command, so that
//! the runs of an exploration have the same ones.

use std::task::{Context, Poll, Waker};

use super::moment::{Moment, MomentKind};
use super::script::Script;
use crate::clock::WallClock;
use crate::error::StepFailed;
use crate::inbox::Signal;
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket, What};
use crate::memory::{MemoryStore, Records};
use crate::place::Place;
use crate::random::uuid_of;
use crate::record::Record;
use crate::recorded::{End, Recorded, Store, Wait};

#[derive(Debug)]
pub(super) struct ScriptedJournal {
    inner: Recorded<ScriptedStore>,
    seed: u64,
}

#[derive(Debug)]
struct ScriptedStore {
    inner: MemoryStore,
    script: Script,
    /// By ticket.
    commands: Vec<Command>,
    /// The number of entries.
    entries: u64,
    /// The task of the driver.
    waker: Option<Waker>,
}

impl ScriptedJournal {
    pub(super) fn new(records: &Records, script: &Script, clock: WallClock, seed: u64) -> Self {
        let (inner, replay) = MemoryStore::open(records);
        let store = ScriptedStore {
            inner,
            script: script.clone(),
            commands: replay.iter().filter_map(Record::command).cloned().collect(),
            entries: replay.len() as u64,
            waker: None,
        };
        ScriptedJournal { inner: Recorded::with_clock(store, replay, clock), seed }
    }
}

impl ScriptedStore {
    fn name(&self, ticket: Ticket) -> String {
        let command = self.commands.get(ticket.0 as usize);
        command.map_or_else(|| format!("command {}", ticket.0), Command::to_string)
    }

    /// The moment before the next entry, and the one after it.
    fn moments_of(&self, record: &Record) -> [Moment; 2] {
        let entry = self.entries + 1;
        let what = record.describe(|ticket| self.name(ticket));
        let step = record.done().filter(|ticket| self.is_step(*ticket));
        let before = match step {
            Some(ticket) => Moment { kind: MomentKind::StepEnded, entry, what: self.name(ticket) },
            None => Moment { kind: MomentKind::Before, entry, what: what.clone() },
        };
        let kind = match record {
            Record::Ended(_) => MomentKind::Ended,
            _ => MomentKind::After,
        };
        [before, Moment { kind, entry, what }]
    }

    fn is_step(&self, ticket: Ticket) -> bool {
        self.commands.get(ticket.0 as usize).is_some_and(|command| command.label().is_some())
    }
}

impl Store for ScriptedStore {
    fn append(&mut self, record: &Record) -> gen::Result {
        let [before, after] = self.moments_of(record);
        self.script.reach(before)?;
        self.inner.append(record)?;
        self.entries += 1;
        match record {
            Record::Issued(command, _) => self.commands.push(command.clone()),
            Record::Cancelled(_) => self.script.cancel_recorded(),
            _ => {}
        }
        self.script.reach(after)
    }

    fn poll_sync(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        self.inner.poll_sync(cx)
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<Signal>> {
        self.inner.poll_signals(cx)
    }

    fn refusal(&self, command: &Command) -> gen::Result<Option<StepFailed>> {
        self.inner.refusal(command)
    }

    fn begin(&mut self, what: &What, at: Option<u64>) -> gen::Result {
        self.inner.begin(what, at)
    }

    fn watch(&mut self, call: Ticket, what: &What) -> gen::Result {
        self.inner.watch(call, what)
    }

    fn poll_ends(&mut self, cx: &Context<'_>) -> gen::Result<Vec<End>> {
        self.inner.poll_ends(cx)
    }

    fn cancel_called(&mut self, call: &What, reason: &str) -> gen::Result {
        self.inner.cancel_called(call, reason)
    }

    fn show_state(&mut self, name: &str, value: &str) {
        self.inner.show_state(name, value);
    }

    /// All steps among the commands have begun by now.
    fn suspended(&mut self, _number: usize, waits: &mut dyn Iterator<Item = Wait<'_>>) -> gen::Result {
        let waits: Vec<(bool, String)> =
            waits.map(|(_, command, _)| (command.label().is_some(), command.to_string())).collect();
        let steps: Vec<&str> =
            waits.iter().filter(|(is_step, _)| *is_step).map(|(_, name)| name.as_str()).collect();
        if !steps.is_empty() {
            let what = steps.join(", and ");
            self.script.reach(Moment { kind: MomentKind::StepWaits, entry: self.entries, what })?;
        }
        self.script.suspended(waits.into_iter().map(|(_, name)| name).collect());
        if self.script.is_cancel_asked() {
            self.waker.iter().for_each(Waker::wake_by_ref);
        }
        Ok(())
    }

    fn take_cancel(&mut self, cx: &Context<'_>) -> Option<String> {
        self.waker = Some(cx.waker().clone());
        self.script.is_cancel_asked().then(|| {
            self.script.give_cancel();
            "explored".to_owned()
        })
    }
}

impl Journal for ScriptedJournal {
    fn issue(&mut self, command: &Command) -> gen::Result<Ticket> {
        self.inner.issue(command)
    }

    fn version(&mut self, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        self.inner.version(label, newest, at)
    }

    fn propose(&mut self, step: Ticket, outcome: Outcome) -> gen::Result {
        let bits = [0, 1].map(|part| scrambled(self.seed ^ u64::from(step.0) << 32 ^ part));
        let command = self.inner.store_mut().commands.get(step.0 as usize);
        let outcome = match command.map(|command| &command.what) {
            Some(What::Random) => Outcome::of(&Ok(bits[0])),
            Some(What::Uuid) => Outcome::of(&Ok(uuid_of(bits))),
            _ => outcome,
        };
        self.inner.propose(step, outcome)
    }

    fn cancel(&mut self, reason: &str) -> gen::Result {
        self.inner.cancel(reason)
    }

    fn poll_event(&mut self, cx: &mut Context<'_>, awaited: &Awaited) -> Poll<gen::Result<Event>> {
        self.inner.poll_event(cx, awaited)
    }

    fn finish(&mut self, outcome: &Outcome) -> gen::Result {
        self.inner.finish(outcome)
    }

    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.inner.poll_finished(cx)
    }
}

/// A number whose bits look random: the step of the generator SplitMix64.
fn scrambled(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
