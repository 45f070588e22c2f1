//! [`Report`]: the findings of an exploration, and the moments that it has left out.

use std::fmt;

use gen::testing::printing::{count, write_findings};

use super::finding::Finding;
use super::moment::Moment;

/// The result of an exploration. It prints as the text with which [`check`] panics.
///
/// [`check`]: super::Explore::check
#[derive(Debug, Clone)]
#[must_use = "the findings are in it"]
pub struct Report {
    pub(super) moments: Vec<Moment>,
    pub(super) runs: usize,
    pub(super) findings: Vec<Finding>,
    pub(super) not_explored: Vec<String>,
    /// The run that was asked for by `GEN_EXPLORE`.
    pub(super) repeated: Option<Finding>,
}

impl Report {
    /// The moments of the first run, which had no fault.
    #[must_use]
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// The number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// The runs in which something was wrong, in the order in which they were done.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Sentences about the moments that were not explored.
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
            writeln!(f, "  the moments:")?;
            run.write_moments(f, true)?;
            run.write_end(f)?;
        }
        writeln!(
            f,
            "explore: {} in {} of a coroutine with {}",
            count(self.findings.len(), "finding"),
            count(self.runs, "run"),
            count(self.moments.len(), "moment"),
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
