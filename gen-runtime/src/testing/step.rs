//! [`Step`]: one event of a run, at which a fault can be put.

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
    Elsewhere,
    /// A yield that has waited has a value.
    Returned,
    /// A yield has a value, and has not waited.
    Ready,
}

impl StepKind {
    /// Whether the fault can happen at such a step.
    #[must_use]
    pub fn fits(self, fault: Fault) -> bool {
        match fault {
            Fault::Error | Fault::Timeout | Fault::Panic => {
                matches!(self, StepKind::Suspended | StepKind::ChildSuspended)
            }
            Fault::Cancel | Fault::Drop => matches!(self, StepKind::Suspended | StepKind::Elsewhere),
            Fault::LostReply => matches!(self, StepKind::Returned | StepKind::Ready),
        }
    }

    fn name(self) -> &'static str {
        match self {
            StepKind::Suspended => "waits",
            StepKind::ChildSuspended => "child waits",
            StepKind::Elsewhere => "waits at an .await",
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
    /// [`Elsewhere`](StepKind::Elsewhere).
    #[must_use]
    pub fn chain(&self) -> &[Site] {
        &self.chain
    }

    /// Writes the chain, each yield on lines of its own.
    pub(super) fn write_chain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.chain.is_empty() {
            return writeln!(f, "    at an `.await`");
        }
        for (n, site) in self.chain.iter().enumerate() {
            writeln!(f, "    {} {site}", if n == 0 { "at" } else { "which is waited for at" })?;
            if let Some(text) = source::text_of(site) {
                writeln!(f, "        {text}")?;
            }
        }
        Ok(())
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
