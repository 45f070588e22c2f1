//! The error rule of parallel yields: the first error in child order is raised; the others are kept,
//! and reported in one record unless they are quiet.

use std::collections::HashSet;

use crate::error::{Error, Other};
use crate::quiet::IsQuiet;
use crate::report::{self, Failed};

/// The error to raise for the children that failed: at least one, in the order of the children.
#[cold]
pub(crate) fn raise(mut failures: impl Iterator<Item = Other>, is_quiet: IsQuiet) -> Error {
    let first = failures.next().expect("a child has failed");
    let others: Vec<Other> = failures.collect();
    report_others(&first.error, &others, is_quiet);
    first.error.with_others(others)
}

/// Reports the failures that are not raised, each once: clones of a shared future that failed are one
/// failure.
fn report_others(raised: &Error, others: &[Other], is_quiet: IsQuiet) {
    let mut reported = HashSet::from([raised.identity()]);
    let others: Vec<&Other> = others
        .iter()
        .filter(|other| !is_quiet(&other.error) && reported.insert(other.error.identity()))
        .collect();
    let failures = others.into_iter().map(Failed::from);
    report::failures(|_| "multiple errors in a parallel yield", failures);
}
