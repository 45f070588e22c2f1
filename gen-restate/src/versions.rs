//! [`Versions`]: the versions that a run has, each of which is the outcome of a closure that is
//! known at once.
//!
//! | state | a version is asked for | the next command is a version |
//! |---|---|---|
//! | the run has one of that label | it is given | it is skipped |
//! | recorded commands are left | 0, since an earlier program did not ask | it becomes that of the run |
//! | none are left | the newest one is sent, and is open until the server has stored it | |

use std::collections::{BTreeMap, BTreeSet};

use gen_durable::{JournalMismatch, Place};
use restate_sdk_shared_core::{NotificationHandle, RunExitResult, VM};

use crate::names;
use crate::recorded::Recorded;
use crate::wire::{Stop, Wire};

#[derive(Debug, Default)]
pub(crate) struct Versions {
    /// By label.
    known: BTreeMap<String, Version>,
    /// The handles of those that the server has not stored.
    open: BTreeSet<NotificationHandle>,
}

#[derive(Debug, Clone, Copy)]
struct Version {
    number: u32,
    /// The index of the command.
    entry: usize,
}

impl Versions {
    /// Takes the versions that are the next commands, so that a program without the old code need
    /// not ask for them.
    pub(crate) fn skip(&mut self, wire: &mut Wire) -> Result<(), Stop> {
        while let Some(Recorded::Version(label, number)) = wire.next_recorded() {
            let (label, number) = (label.clone(), *number);
            self.record(wire, label, number)?;
        }
        Ok(())
    }

    /// The version of this label that the run has.
    pub(crate) fn ask(&mut self, wire: &mut Wire, label: &str, newest: u32, at: &Place) -> gen::Result<u32> {
        match self.known.get(label) {
            Some(Version { number, entry }) if *number > newest => {
                let recorded = format!("version {number} of `{label}`");
                let now = format!("knows no version after {newest}, at {at}");
                Err(JournalMismatch::new(*entry as u64, recorded, now).into())
            }
            Some(known) => Ok(known.number),
            None if wire.next_recorded().is_some() => {
                let entry = wire.next_index();
                self.known.insert(label.into(), Version { number: 0, entry });
                Ok(0)
            }
            None => {
                self.record(wire, label.into(), newest)?;
                Ok(newest)
            }
        }
    }

    /// Writes a version down, or takes it from the journal.
    fn record(&mut self, wire: &mut Wire, label: String, number: u32) -> Result<(), Stop> {
        let entry = wire.next_index();
        let run = wire.vm.sys_run(names::version(&label, number))?;
        if !run.replayed {
            wire.propose(run.handle, RunExitResult::Success(number.to_string().into()))?;
            self.open.insert(run.handle);
        }
        // The first one is that of the run.
        self.known.entry(label).or_insert(Version { number, entry });
        Ok(())
    }

    /// The handles of the versions that the server has not stored.
    pub(crate) fn open(&self) -> impl Iterator<Item = NotificationHandle> + '_ {
        self.open.iter().copied()
    }

    /// Whether the server has stored all of them.
    pub(crate) fn are_stored(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether one more of them is stored by now.
    pub(crate) fn take_stored(&mut self, wire: &mut Wire) -> Result<bool, Stop> {
        for handle in &self.open {
            if wire.vm.take_notification(*handle)?.is_some() {
                let handle = *handle;
                return Ok(self.open.remove(&handle));
            }
        }
        Ok(false)
    }
}
