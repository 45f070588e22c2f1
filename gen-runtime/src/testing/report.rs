//! [`Report`]: the findings of an exploration, and the faults that it has left out.

use std::fmt;

use super::finding::Finding;
use super::printing::{count, write_findings};
use super::step::Step;

/// The result of an exploration. It prints as the text with which [`check`] panics.
///
/// [`check`]: super::Explore::check
#[derive(Debug, Clone)]
#[must_use = "the findings are in it"]
pub struct Report {
    pub(super) steps: Vec<Step>,
    pub(super) runs: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) not_explored: Vec<String>,
    /// The run that was asked for by `GEN_EXPLORE`.
    pub(super) repeated: Option<Finding>,
}

impl Report {
    /// The steps of the first run, which had no fault.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// The runs that have broken something, in the order in which they were done.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Sentences about the steps and faults that were not explored.
    #[must_use]
    pub fn not_explored(&self) -> &[String] {
        &self.not_explored
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(run) = &self.repeated {
            writeln!(f, "explore: only the run `{}`, because GEN_EXPLORE is set: {}", run.plan, run.what)?;
            run.write_faults(f)?;
            writeln!(f, "  the steps:")?;
            run.write_steps(f, true)?;
            run.write_end(f)?;
        }
        writeln!(
            f,
            "explore: {} in {} of a program with {}",
            count(self.findings.len(), "finding"),
            count(self.runs, "run"),
            count(self.steps.len(), "step"),
        )?;
        // A run that was asked for is printed whole above, also if it is a finding.
        if self.repeated.is_none() {
            write_findings(f, &self.findings)?;
        }
        for left_out in &self.not_explored {
            writeln!(f, "not explored: {left_out}")?;
        }
        Ok(())
    }
}
