//! [`Report`]: the findings of an exploration, and the moments that it has left out.

use std::fmt;

use super::finding::Finding;
use super::moment::Moment;

/// So many findings are printed whole, one for each cause.
const WHOLE: usize = 5;

/// So many findings that are like another one are named.
const NAMED: usize = 8;

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

    /// The findings by their likely cause: the first one of each, and the others. A single fault
    /// says more than a pair, so it comes first.
    fn causes(&self) -> Vec<(&Finding, Vec<&Finding>)> {
        let mut findings: Vec<_> = self.findings.iter().collect();
        findings.sort_by_key(|finding| finding.plan.faults.len());
        let mut causes: Vec<(&Finding, Vec<&Finding>)> = Vec::new();
        for finding in findings {
            match causes.iter_mut().find(|(first, _)| finding.resembles(first)) {
                Some((_, others)) => others.push(finding),
                None => causes.push((finding, Vec::new())),
            }
        }
        causes
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = self.causes();
        for (first, others) in causes.iter().take(WHOLE) {
            // A run without a plan ends with its moments, and so with a line break.
            writeln!(f, "\n{}", first.to_string().trim_end())?;
            if !others.is_empty() {
                writeln!(f, "  the same happens with {}", names(others))?;
            }
        }
        if causes.len() > WHOLE {
            writeln!(f, "\nand in {}:", count(causes.len() - WHOLE, "other way"))?;
        }
        for (first, others) in causes.iter().skip(WHOLE) {
            let like_it = match others.len() {
                0 => String::new(),
                others => format!(", and {others} like it"),
            };
            writeln!(f, "  `{}`{like_it}: {}", first.plan, first.what)?;
        }
        Ok(())
    }
}

/// The plans of some findings, in words.
fn names(findings: &[&Finding]) -> String {
    let named = findings.iter().take(NAMED).map(|finding| format!("`{}`", finding.plan));
    let named = named.collect::<Vec<_>>().join(", ");
    match findings.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}, and in {}", count(more, "other run")),
    }
}

pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
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
            self.write_findings(f)?;
        }
        for left_out in &self.not_explored {
            writeln!(f, "not explored: {left_out}")?;
        }
        Ok(())
    }
}
