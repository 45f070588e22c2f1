//! [`Moment`]: an event of a run, at which a fault can be put.

use std::collections::HashMap;
use std::fmt;

use super::fault::Fault;

/// The kind of a moment. The [page](super#moments) of the module has a table of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MomentKind {
    /// A process begins: the first one, or the next one after a death.
    Begins,
    /// An entry is to be written.
    Before,
    /// A step has run, and its outcome is to be written.
    StepEnded,
    /// An entry was written.
    After,
    /// A step that runs waits for something.
    StepWaits,
    /// The end of the coroutine was written.
    Ended,
}

impl MomentKind {
    /// Whether the fault can happen at such a moment.
    pub(super) fn fits(self, fault: Fault) -> bool {
        match fault {
            Fault::Die => self != MomentKind::Begins,
            Fault::Cancel => {
                matches!(self, MomentKind::Begins | MomentKind::After | MomentKind::StepWaits)
            }
        }
    }
}

/// One event of a run, at which a fault can be put.
///
/// It prints as one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Moment {
    pub(super) kind: MomentKind,
    /// The entry that is written, or the last one that was.
    pub(super) entry: u64,
    /// The entry as text; the steps of `StepEnded` and `StepWaits`; empty for `Begins`.
    pub(super) what: String,
}

impl Moment {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> MomentKind {
        self.kind
    }

    /// The number of the entry before or after which it is, from 1. Where a process begins, and
    /// where a step waits: the number of entries.
    #[must_use]
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// The fault at this moment, as a sentence.
    pub(super) fn describe(&self, fault: Fault) -> String {
        let Moment { kind, entry, what } = self;
        let happens = match fault {
            Fault::Die => "the process died",
            Fault::Cancel => "the run was cancelled",
        };
        match kind {
            MomentKind::Begins => format!("{happens} while no process ran"),
            MomentKind::Before => format!("{happens} before entry {entry} was written: {what}"),
            MomentKind::StepEnded => {
                format!("{happens} after {what} had run, and before its outcome was recorded")
            }
            MomentKind::After => format!("{happens} after entry {entry} was written: {what}"),
            MomentKind::StepWaits => format!("{happens} while {what} ran"),
            MomentKind::Ended => format!("{happens} after the end of the coroutine was recorded"),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment { kind, entry, what } = self;
        match kind {
            MomentKind::Begins => f.write_str("a process begins"),
            MomentKind::Before => write!(f, "before entry {entry}: {what}"),
            MomentKind::StepEnded => write!(f, "before entry {entry}: {what} has run"),
            MomentKind::After | MomentKind::Ended => write!(f, "after entry {entry}: {what}"),
            MomentKind::StepWaits => write!(f, "{what} runs, and waits"),
        }
    }
}

/// For each moment: how often its like has happened by then. A loop comes to the same line again.
pub(super) fn visits(moments: &[Moment]) -> Vec<usize> {
    let mut counts: HashMap<(MomentKind, &str), usize> = HashMap::new();
    let visits = moments.iter().map(|Moment { kind, what, .. }| {
        let count = counts.entry((*kind, what)).or_default();
        *count += 1;
        *count
    });
    visits.collect()
}
