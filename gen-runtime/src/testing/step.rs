//! [`Step`]: one event of a run, at which a fault can be put.

use std::collections::HashMap;
use std::fmt;

use super::fault::Fault;
use super::source;
use crate::Site;

/// The kind of a step. The [page](super#steps) of the module has a table of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepKind {
    /// A task waits at a yield.
    Suspended,
    /// A child of a group waits at a yield.
    ChildSuspended,
    /// A task waits at an `.await`.
    Awaiting,
    /// A yield that has waited has a value.
    Returned,
    /// A yield has a value, and has not waited.
    Ready,
}

impl StepKind {
    /// Whether the fault can happen at such a step.
    pub(super) fn fits(self, fault: Fault) -> bool {
        match fault {
            Fault::Error | Fault::Timeout | Fault::Panic => {
                matches!(self, StepKind::Suspended | StepKind::ChildSuspended)
            }
            Fault::Cancel | Fault::Drop => matches!(self, StepKind::Suspended | StepKind::Awaiting),
            Fault::LostReply => matches!(self, StepKind::Returned | StepKind::Ready),
        }
    }

    fn name(self) -> &'static str {
        match self {
            StepKind::Suspended => "waits",
            StepKind::ChildSuspended => "child waits",
            StepKind::Awaiting => "waits at an .await",
            StepKind::Returned => "returns",
            StepKind::Ready => "is ready",
        }
    }
}

/// One event of a run, at which a fault can be put.
///
/// It prints as one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    pub(super) kind: StepKind,
    pub(super) task: usize,
    pub(super) chain: Vec<Site>,
}

impl Step {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> StepKind {
        self.kind
    }

    /// The number of the task: 0 is the body itself, and the tasks that it spawns count from 1, in
    /// the order of their first steps.
    #[must_use]
    pub fn task(&self) -> usize {
        self.task
    }

    /// The yield, and then the yields that wait for it, from the inside out. Empty for
    /// [`Awaiting`](StepKind::Awaiting).
    #[must_use]
    pub fn chain(&self) -> &[Site] {
        &self.chain
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.task != 0 {
            write!(f, "task {} ", self.task)?;
        }
        f.write_str(self.kind.name())?;
        let Some(site) = self.chain.first() else { return Ok(()) };
        write!(f, ": {site}")?;
        match source::text_of(site) {
            Some(text) => write!(f, ": {text}"),
            None => Ok(()),
        }
    }
}

/// For each step: how often it has happened by then.
pub(super) fn visits(steps: &[Step]) -> Vec<usize> {
    let mut counts: HashMap<&Step, usize> = HashMap::new();
    let visit = |step| {
        let count = counts.entry(step).or_default();
        *count += 1;
        *count
    };
    steps.iter().map(visit).collect()
}
