//! [`ScriptedJournal`]: the journal of one process of a run, which may die at each entry.
//!
//! It is a journal like the others, whose store is a [`MemoryStore`] that asks the script before
//! and after each record. Random numbers and identifiers follow from the seed and the number of
//! their command, so that the runs of an exploration have the same ones.

use std::task::{Context, Poll, Waker};

use super::moment::{Moment, MomentKind};
use super::script::Script;
use crate::clock::WallClock;
use crate::error::StepFailed;
use crate::journal::{Command, Outcome, Ticket, What};
use crate::memory::{MemoryStore, Records};
use crate::random::uuid_of;
use crate::record::Record;
use crate::recorded::{forward_journal, End, Recorded, SentSignal, Store, Wait};

#[derive(Debug)]
pub(super) struct ScriptedJournal(Recorded<ScriptedStore>);

#[derive(Debug)]
struct ScriptedStore {
    memory: MemoryStore,
    script: Script,
    seed: u64,
    /// By ticket.
    commands: Vec<Command>,
    /// The number of entries.
    entries: u64,
    /// The task of the driver.
    waker: Option<Waker>,
}

impl ScriptedJournal {
    pub(super) fn new(records: &Records, script: &Script, clock: WallClock, seed: u64) -> Self {
        let (memory, replay) = MemoryStore::open(records);
        let store = ScriptedStore {
            memory,
            script: script.clone(),
            seed,
            commands: replay.iter().filter_map(Record::command).cloned().collect(),
            entries: replay.len() as u64,
            waker: None,
        };
        ScriptedJournal(Recorded::with_clock(store, replay, clock))
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
        self.memory.append(record)?;
        self.entries += 1;
        match record {
            Record::Issued(command, _) => self.commands.push(command.clone()),
            Record::Cancelled(_) => self.script.cancel_recorded(),
            _ => {}
        }
        self.script.reach(after)
    }

    fn poll_sync(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        self.memory.poll_sync(cx)
    }

    fn poll_signals(&mut self, cx: &Context<'_>) -> gen::Result<Vec<SentSignal>> {
        self.memory.poll_signals(cx)
    }

    fn poll_caught_up(&mut self, cx: &Context<'_>) -> Poll<gen::Result> {
        self.memory.poll_caught_up(cx)
    }

    fn settle(&mut self, step: Ticket, what: &What, proposed: Outcome) -> Outcome {
        let bits = [0, 1].map(|part| scrambled(self.seed ^ u64::from(step.0) << 32 ^ part));
        match what {
            What::Random => Outcome::of(&Ok(bits[0])),
            What::Uuid => Outcome::of(&Ok(uuid_of(bits))),
            _ => self.memory.settle(step, what, proposed),
        }
    }

    fn refusal(&self, command: &Command) -> gen::Result<Option<StepFailed>> {
        self.memory.refusal(command)
    }

    fn begin(&mut self, what: &What, at: Option<u64>) -> gen::Result {
        self.memory.begin(what, at)
    }

    fn watch(&mut self, call: Ticket, what: &What) -> gen::Result {
        self.memory.watch(call, what)
    }

    fn poll_ends(&mut self, cx: &Context<'_>) -> gen::Result<Vec<End>> {
        self.memory.poll_ends(cx)
    }

    fn cancel_called(&mut self, call: &What, reason: &str) -> gen::Result {
        self.memory.cancel_called(call, reason)
    }

    fn show_state(&mut self, name: &str, value: &str) {
        self.memory.show_state(name, value);
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

    fn take_cancel(&mut self, cx: &Context<'_>) -> gen::Result<Option<String>> {
        self.waker = Some(cx.waker().clone());
        if !self.script.is_cancel_asked() {
            return Ok(None);
        }
        self.script.give_cancel();
        Ok(Some("explored".to_owned()))
    }
}

/// A number whose bits look random: the step of the generator SplitMix64.
fn scrambled(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

forward_journal!(ScriptedJournal);
