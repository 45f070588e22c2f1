//! The error rule of parallel yields: the first error in child order is raised; the others are kept,
//! and reported in one record unless they are quiet.

use crate::error::{Error, Other};
use crate::quiet::IsQuiet;
use crate::report::{self, Failed};

/// The error to raise for the children that failed: at least one, in the order of the children.
#[cold]
pub(crate) fn raise(mut failures: impl Iterator<Item = Other>, is_quiet: IsQuiet) -> Error {
    let Other { place, error: raised, .. } = failures.next().expect("a child has failed");
    let others: Vec<Other> = failures.collect();
    // Clones of a shared future that failed are one failure.
    let unseen = others.iter().filter(|other| !other.error.is_same_failure(&raised));
    let reported = unseen.filter(|other| !is_quiet(&other.error)).map(Failed::from);
    report::failures(|_| "multiple errors in a parallel yield", reported);
    raised.with_others(&place, others)
}
