//! [`Finding`]: a run with faults, and what was wrong with it.

use std::fmt;
use std::mem;

use gen::testing::printing::{command, Found};

use super::moment::Moment;
use super::plan::Plan;
use crate::journal::Outcome;

/// So many moments before and after a fault are printed.
const AROUND: usize = 3;

/// A longer value is cut off.
const LONGEST: usize = 200;

/// A run in which something was wrong. It prints as a text that names the death, the entry, the
/// step with its line, and the command that repeats the run.
#[derive(Debug, Clone)]
pub struct Finding {
    pub(super) plan: Plan,
    pub(super) what: What,
    pub(super) moments: Vec<Moment>,
    pub(super) ended: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// In a run that was asked for.
    Nothing,
    /// The invariant does not hold, and why.
    Broken(String),
    /// The coroutine or a step has panicked.
    Panicked(String),
    /// The driver cannot go on.
    Stopped(String),
    Hangs(Hang),
    /// A coroutine beside the body has failed.
    Beside(String),
    /// The end, and that of the run without the last fault.
    OtherEnd {
        end: String,
        expected: String,
    },
    /// At this moment, before any fault, the run differs from an earlier one.
    Diverges {
        at: usize,
        before: Moment,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hang {
    OutOfTime,
    TooManyMoments,
}

impl What {
    /// `OtherEnd`, if both ends are there and differ.
    pub(super) fn other_end(expected: Option<&Outcome>, end: Option<&Outcome>) -> Option<Self> {
        let (expected, end) = expected.zip(end).filter(|(expected, end)| expected != end)?;
        Some(What::OtherEnd { end: shown(end), expected: shown(expected) })
    }
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(json) => match json.char_indices().nth(LONGEST) {
            None => format!("`{json}`"),
            Some((end, _)) => format!("`{}..`", &json[..end]),
        },
        Outcome::Failed(failed) => format!("the error `{failed}`"),
    }
}

impl Finding {
    /// The faults of the run, with the moments at which they were. Empty if the run had none.
    #[must_use]
    pub fn faults(&self) -> &[(usize, super::Fault)] {
        &self.plan.faults
    }

    /// The moments of the run.
    #[must_use]
    pub fn moments(&self) -> &[Moment] {
        &self.moments
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
            match self.moments.get(*at) {
                None => writeln!(f, "  there is no moment {at}, so `{fault}` was not done")?,
                Some(moment) if !moment.kind.fits(*fault) => {
                    writeln!(f, "  `{fault}` does not fit moment {at}, so it was not done: {moment}")?;
                }
                Some(moment) => {
                    let and = if n == 0 { "" } else { "and then, " };
                    writeln!(f, "  {and}{}", moment.describe(*fault))?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn write_end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}", self.ended)
    }

    /// Writes the moments around each fault, or all of them.
    pub(super) fn write_moments(&self, f: &mut fmt::Formatter<'_>, all: bool) -> fmt::Result {
        let is_shown = |n: usize| all || self.marks().any(|at| n + AROUND >= at && n <= at + AROUND);
        let mut has_gap = false;
        for (n, moment) in self.moments.iter().enumerate() {
            if !is_shown(n) {
                has_gap = true;
                continue;
            }
            if mem::take(&mut has_gap) {
                writeln!(f, "       ..")?;
            }
            match self.plan.fault_at(n).filter(|fault| moment.kind.fits(*fault)) {
                Some(fault) => writeln!(f, "  -> {n:>3} {moment}  <- {fault}")?,
                None => writeln!(f, "     {n:>3} {moment}")?,
            }
        }
        if has_gap {
            writeln!(f, "       ..")?;
        }
        Ok(())
    }

    /// The moments that matter.
    fn marks(&self) -> impl Iterator<Item = usize> + '_ {
        let diverges = match self.what {
            What::Diverges { at, .. } => Some(at),
            _ => None,
        };
        // A run that stops or hangs is about the last moments.
        let last = self.plan.faults.is_empty().then(|| self.moments.len().saturating_sub(1));
        self.plan.faults.iter().map(|(at, _)| *at).chain(diverges).chain(last)
    }
}

impl Found for Finding {
    fn number_of_faults(&self) -> usize {
        self.plan.faults.len()
    }

    /// The same kind of thing is wrong after the same last fault at the same line.
    fn resembles(&self, other: &Finding) -> bool {
        let last = |finding: &Finding| {
            let (at, fault) = finding.plan.faults.last().copied()?;
            let moment = finding.moments.get(at)?;
            Some((fault, moment.kind, moment.what.clone()))
        };
        let is_same = mem::discriminant(&self.what) == mem::discriminant(&other.what);
        is_same && (matches!(self.what, What::Diverges { .. }) || last(self) == last(other))
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
        if !self.moments.is_empty() {
            writeln!(f, "  the moments:")?;
            self.write_moments(f, false)?;
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
            What::Panicked(message) => write!(f, "the coroutine panics: {message}"),
            What::Stopped(why) => write!(f, "the coroutine cannot go on: {why}"),
            What::Hangs(Hang::OutOfTime) => {
                f.write_str("the coroutine has not ended within the time limit, on the virtual clock")
            }
            What::Hangs(Hang::TooManyMoments) => {
                f.write_str("the coroutine has not ended within the limit of moments")
            }
            What::Beside(why) => write!(f, "the coroutine beside the body fails: {why}"),
            What::OtherEnd { end, expected } => {
                write!(f, "the coroutine ends with {end}, but without the death with {expected}")
            }
            What::Diverges { at, before } => {
                write!(f, "the program is not deterministic: in an earlier run moment {at} was: {before}")
            }
        }
    }
}
