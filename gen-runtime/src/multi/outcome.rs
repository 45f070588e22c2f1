//! The error rule of parallel yields: the first error in child order is raised, the others are kept, and logged unless they are quiet.
//!
//! That a child was cancelled is nothing to log: the group was, and whoever cancelled it knows.

use std::collections::HashSet;

use crate::cancel::Cancelled;
use crate::error::{Error, Other};
use crate::quiet::IsQuiet;
use crate::report;

/// The error to raise for the children that failed: at least one, in the order of the children.
#[cold]
pub(crate) fn raise(mut failures: impl Iterator<Item = Other>, is_quiet: IsQuiet) -> Error {
    let first = failures.next().expect("a child has failed");
    let others: Vec<Other> = failures.collect();
    // What failed once and was waited for twice, by clones of a shared future, is told once.
    let mut told = HashSet::from([first.error.identity()]);
    let is_told = |error: &Error| !error.is::<Cancelled>() && !is_quiet(error);
    for other in others.iter().filter(|other| is_told(&other.error) && told.insert(other.error.identity())) {
        report::error(format_args!("multiple errors in a parallel yield: {other:?}"));
    }
    first.error.with_others(others)
}
