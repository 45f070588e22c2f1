//! The error rule of parallel yields: the first error in child order is raised, the others are logged and kept.

use crate::error::{Error, Other};
use crate::report;

/// The error to raise for the children that failed: at least one, in the order of the children.
#[cold]
pub(super) fn raise(mut failures: impl Iterator<Item = Other>) -> Error {
    let first = failures.next().expect("a child has failed");
    let others: Vec<Other> = failures.collect();
    for other in &others {
        report::error(format_args!("multiple errors in a parallel yield: {other:?}"));
    }
    first.error.with_others(others)
}
