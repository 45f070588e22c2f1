//! The error rule of parallel yields: the first error in child order is raised. The others are kept
//! in it, and are reported in one record unless they are quiet.

use crate::error::{ChildError, Error};
use crate::report;
use crate::report::{Detached, Failed, IsQuiet};

/// Returns the error to raise. `failures` is in the order of the children, and not empty.
#[cold]
pub(crate) fn raise(mut failures: impl Iterator<Item = ChildError>, is_quiet: IsQuiet) -> Error {
    let ChildError { key, error: raised, .. } = failures.next().expect("a child has failed");
    let others: Vec<ChildError> = failures.collect();
    // Clones of a shared future that failed are one failure.
    let unseen = others.iter().filter(|other| !other.error.is_same_failure(&raised));
    let reported = unseen.filter(|other| !is_quiet(&other.error)).map(Failed::from);
    report::failures(|_| "multiple errors in a parallel yield", reported);
    raised.with_others(&key, others)
}

/// Reports the failures of a group that is dropped before it returned them: by a timeout, by an
/// injected error, or with its task. `yielded` names the group.
///
/// The caller has taken them out of the group, so a failure is never both returned and reported.
#[cold]
pub(crate) fn report_dropped(yielded: &str, failures: impl Iterator<Item = ChildError>, is_quiet: IsQuiet) {
    let why = Detached::now();
    let is_quiet = |error: &Error| is_quiet(error) || why.is_quiet(error);
    let failures: Vec<ChildError> = failures.filter(|other| !is_quiet(&other.error)).collect();
    let what = format!("{yielded} was dropped when children of it had failed");
    report::failures(|_| &what, failures.iter().map(Failed::from));
}
