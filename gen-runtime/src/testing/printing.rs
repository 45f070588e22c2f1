//! The words of a report, for libraries that explore in a way of their own.
//!
//! An exploration is many runs of a program, each with other faults. This module prints what its
//! runs have found, as [`Report`](super::Report) does. `gen-durable` lets the process die, and
//! prints so, too.

use std::{fmt, thread};

/// So many findings are printed whole, one for each cause.
const WHOLE: usize = 5;

/// So many findings that are like another one are named.
const NAMED: usize = 8;

/// A run that has found something. It prints as a text of several lines.
pub trait Found: fmt::Display {
    /// The number of its faults.
    fn number_of_faults(&self) -> usize;

    /// Whether it is likely to have the cause of `other`, which has as many faults or fewer.
    fn resembles(&self, other: &Self) -> bool;

    /// The name of the run, such as `4:Cancel`.
    fn plan(&self) -> String;

    /// The sentence that says what is wrong.
    fn message(&self) -> String;
}

/// Writes findings by their likely cause: the first one of each whole, and the names of the others.
///
/// # Errors
///
/// Those of the formatter.
pub fn write_findings<F: Found>(f: &mut fmt::Formatter<'_>, findings: &[F]) -> fmt::Result {
    let causes = causes(findings);
    for (first, others) in causes.iter().take(WHOLE) {
        // A run without a fault ends with a list, and so with a line break.
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
        writeln!(f, "  `{}`{like_it}: {}", first.plan(), first.message())?;
    }
    Ok(())
}

/// The first finding of each cause, and the others. A single fault says more than a pair, so it
/// comes first.
fn causes<F: Found>(findings: &[F]) -> Vec<(&F, Vec<&F>)> {
    let mut findings: Vec<_> = findings.iter().collect();
    findings.sort_by_key(|finding| finding.number_of_faults());
    let mut causes: Vec<(&F, Vec<&F>)> = Vec::new();
    for finding in findings {
        match causes.iter_mut().find(|(first, _)| finding.resembles(first)) {
            Some((_, others)) => others.push(finding),
            None => causes.push((finding, Vec::new())),
        }
    }
    causes
}

fn names<F: Found>(findings: &[&F]) -> String {
    let named = findings.iter().take(NAMED).map(|finding| format!("`{}`", finding.plan()));
    let named = named.collect::<Vec<_>>().join(", ");
    match findings.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}, and in {}", count(more, "other run")),
    }
}

/// The number with its noun, such as `2 runs`.
///
/// ```
/// assert_eq!(gen::testing::printing::count(1, "run"), "1 run");
/// assert_eq!(gen::testing::printing::count(2, "run"), "2 runs");
/// ```
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The command that repeats a run of a test: the variable of the environment, and the call of cargo
/// with the name of the running test.
pub fn command(variable: &str, value: &dyn fmt::Display) -> String {
    match test_name() {
        Some(test) => format!("{variable}={value} cargo test {test}"),
        None => format!("{variable}={value}"),
    }
}

/// The name of the running test, after which the test harness has named the thread.
pub(super) fn test_name() -> Option<String> {
    thread::current().name().filter(|name| *name != "main").map(str::to_owned)
}
