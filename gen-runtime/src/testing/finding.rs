//! [`Finding`]: a fault, and what it has broken.

use std::{fmt, mem};

use super::fault::Fault;
use super::plan::Plan;
use super::printing::{command, Found};
use super::run::Hang;
use super::source;
use super::step::Step;

/// So many steps before and after a fault are printed.
const AROUND: usize = 3;

/// A run that has broken something. It prints as a text that names the fault, the yield, the end of
/// the body, and the command that repeats the run.
#[derive(Debug, Clone)]
pub struct Finding {
    pub(super) plan: Plan,
    pub(super) what: What,
    pub(super) steps: Vec<Step>,
    pub(super) ended: End,
}

/// How the body has ended.
#[derive(Debug, Clone)]
pub(super) enum End {
    Sentence(String),
    /// It has not. The last steps of the tasks that wait.
    Waiting(Vec<usize>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// In a run that was asked for.
    Nothing,
    /// The invariant does not hold, and why.
    Broken(String),
    /// The body has panicked.
    Panicked(String),
    Hangs(Hang),
    /// From this step on the run differs from an earlier one, which had the other step there. Up to
    /// there both have the same faults.
    Diverges {
        at: usize,
        before: Option<Step>,
    },
}

impl Finding {
    /// The faults of the run, with the steps at which they were. Empty if the run had none.
    #[must_use]
    pub fn faults(&self) -> &[(usize, Fault)] {
        &self.plan.faults
    }

    /// The steps of the run.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The value of the variable `GEN_EXPLORE` with which only this run is done.
    #[must_use]
    pub fn plan(&self) -> String {
        self.plan.to_string()
    }

    /// The sentence that says why the run is a finding.
    #[must_use]
    pub fn message(&self) -> String {
        self.what.to_string()
    }

    pub(super) fn write_faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (at, fault)) in self.plan.faults.iter().enumerate() {
            let Some(step) = self.steps.get(*at) else {
                writeln!(f, "  there is no step {at}, so `{fault}` was not done")?;
                continue;
            };
            if !step.kind.fits(*fault) {
                writeln!(f, "  `{fault}` does not fit step {at}, so it was not done: {step}")?;
                continue;
            }
            write!(f, "  {}", if n == 0 { "" } else { "and then, " })?;
            if step.task != 0 {
                write!(f, "in task {}, which the body has spawned, ", step.task)?;
            }
            writeln!(f, "{}:", fault.describe())?;
            source::write_chain(f, &step.chain)?;
            writeln!(f)?;
        }
        if let Some(order) = self.plan.order {
            writeln!(
                f,
                "  the tasks of each turn ran in the order number {order}, not first come, first served"
            )?;
        }
        Ok(())
    }

    pub(super) fn write_end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = match &self.ended {
            End::Sentence(sentence) => return writeln!(f, "  {sentence}"),
            End::Waiting(waiting) => waiting,
        };
        for step in waiting.iter().filter_map(|step| self.steps.get(*step)) {
            match step.task {
                0 => writeln!(f, "  then the body waits:")?,
                task => writeln!(f, "  and task {task} waits:")?,
            }
            source::write_chain(f, &step.chain)?;
            writeln!(f)?;
        }
        Ok(())
    }

    /// Writes the steps around each fault, or all of them.
    pub(super) fn write_steps(&self, f: &mut fmt::Formatter<'_>, all: bool) -> fmt::Result {
        let is_shown = |n: usize| {
            let near = |at: usize| n + AROUND >= at && n <= at + AROUND;
            all || self.marks().any(near)
        };
        let mut has_gap = false;
        for (n, step) in self.steps.iter().enumerate() {
            if !is_shown(n) {
                has_gap = true;
                continue;
            }
            if mem::take(&mut has_gap) {
                writeln!(f, "       ..")?;
            }
            let fault = self.plan.fault_at(n).filter(|fault| step.kind.fits(*fault));
            let mark = if fault.is_some() { "->" } else { "  " };
            write!(f, "  {mark} {n:>3} {step}")?;
            match fault {
                Some(fault) => writeln!(f, "  <- {fault}")?,
                None => writeln!(f)?,
            }
        }
        if has_gap {
            writeln!(f, "       ..")?;
        }
        Ok(())
    }

    /// The steps that matter.
    fn marks(&self) -> impl Iterator<Item = usize> + '_ {
        let diverges = match self.what {
            What::Diverges { at, .. } => Some(at),
            _ => None,
        };
        // A hang is about the last steps.
        let last = self.plan.faults.is_empty().then(|| self.steps.len().saturating_sub(1));
        self.plan.faults.iter().map(|(at, _)| *at).chain(diverges).chain(last)
    }
}

impl Found for Finding {
    fn number_of_faults(&self) -> usize {
        self.plan.faults.len()
    }

    /// Its last faults are those of `other`, and the same kind of thing is wrong then. A fault is
    /// the same if it is at the same yield, for the same caller.
    fn resembles(&self, other: &Finding) -> bool {
        let yields = |finding: &Finding| -> Vec<_> {
            let steps = finding.plan.faults.iter().filter_map(|(at, _)| finding.steps.get(*at));
            steps.map(|step| (step.chain.first().copied(), step.chain.get(1).copied())).collect()
        };
        let (yields, others) = (yields(self), yields(other));
        mem::discriminant(&self.what) == mem::discriminant(&other.what)
            && yields.ends_with(&others)
            && yields.is_empty() == others.is_empty()
    }

    fn plan(&self) -> String {
        self.plan.to_string()
    }

    fn message(&self) -> String {
        self.what.to_string()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_plan = self.plan != Plan::default();
        match has_plan {
            true => writeln!(f, "`{}`: {}", self.plan, self.what)?,
            false => writeln!(f, "without any fault: {}", self.what)?,
        }
        self.write_faults(f)?;
        self.write_end(f)?;
        if !self.steps.is_empty() {
            writeln!(f, "  the steps:")?;
            self.write_steps(f, false)?;
        }
        // A run that differs from another one shows nothing alone.
        match has_plan && !matches!(self.what, What::Diverges { .. }) {
            true => write!(f, "  to repeat this run alone: {}", command("GEN_EXPLORE", &self.plan)),
            false => Ok(()),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Nothing => f.write_str("nothing is wrong"),
            What::Broken(why) => write!(f, "the invariant does not hold: {why}"),
            What::Panicked(message) => write!(f, "the body panics: {message}"),
            What::Hangs(hang) => write!(f, "the body hangs: {hang}"),
            What::Diverges { at, before: Some(before) } => {
                write!(f, "the program is not deterministic: in an earlier run step {at} was `{before}`")
            }
            What::Diverges { at, before: None } => {
                write!(f, "the program is not deterministic: an earlier run had no step {at}")
            }
        }
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hang::Stuck => "nothing is left that could wake it, neither a task nor a timer",
            Hang::OutOfTime => "it has not ended within the time limit, on the virtual clock",
            Hang::TooManySteps => "it has not ended within the limit of steps",
        })
    }
}
