//! The error rule of parallel yields: the first error in child order is raised. The others are kept
//! in it, and are reported in one record unless they are quiet. A race that was cancelled raises
//! the cancellation first.

use crate::error::{ChildError, ChildKey, Error};
use crate::inject::Cancellation;
use crate::report;
use crate::report::{Detached, Failed, IsQuiet};

/// Returns the error to raise. `failures` is in the order of the children, and not empty.
#[cold]
pub(crate) fn raise(mut failures: impl Iterator<Item = ChildError>, is_quiet: IsQuiet) -> Error {
    let ChildError { key, error: raised, .. } = failures.next().expect("a child has failed");
    raise_with(raised, &key, failures.collect(), is_quiet)
}

/// Returns the error of a race in which all have failed. `failures` is in the order of the
/// children.
///
/// `cancelled` is the cancellation that the race has taken, if it has. Then the error is a
/// cancellation, because a failure would not have ended the race: that of the first child that has
/// ended with one, or else the one that the race has taken.
#[cold]
pub(crate) fn raise_of_race(
    failures: impl Iterator<Item = ChildError>,
    cancelled: Option<Cancellation>,
    is_quiet: IsQuiet,
) -> Error {
    let Some(cancellation) = cancelled else { return raise(failures, is_quiet) };
    let mut failures: Vec<ChildError> = failures.collect();
    match failures.iter().position(|failure| failure.error.is_cancelled()) {
        Some(cancelled) => {
            failures[..=cancelled].rotate_right(1);
            raise(failures.into_iter(), is_quiet)
        }
        None => raise_own(cancellation.into_error(), failures, is_quiet),
    }
}

/// Returns an error of the parallel yield itself, which no child has failed with. `failures` is in
/// the order of the children.
#[cold]
pub(crate) fn raise_own(error: Error, failures: Vec<ChildError>, is_quiet: IsQuiet) -> Error {
    // The key would name the others of the error, which has none.
    raise_with(error, &ChildKey::Body, failures, is_quiet)
}

/// Returns `raised`, which is the failure of the child `key`, with the failures of the others.
fn raise_with(raised: Error, key: &ChildKey, others: Vec<ChildError>, is_quiet: IsQuiet) -> Error {
    // Clones of a shared future that failed are one failure.
    let unseen = others.iter().filter(|other| !other.error.is_same_failure(&raised));
    let reported = unseen.filter(|other| !is_quiet(&other.error)).map(Failed::from);
    report::failures(|_| "multiple errors in a parallel yield", reported);
    raised.with_others(key, others)
}

/// Reports the failures of the children of a race that are not the first. Those that are superseded
/// came before any child was cancelled, and do not count.
#[cold]
pub(crate) fn report_losers(
    race: &str,
    failures: impl Iterator<Item = (Error, IsSuperseded)>,
    is_quiet: IsQuiet,
) {
    let (mut superseded, mut failed) = (Vec::new(), Vec::new());
    for (error, is_superseded) in failures.filter(|(error, _)| !is_quiet(error)) {
        let errors = if is_superseded { &mut superseded } else { &mut failed };
        errors.push(error);
    }
    report::report_superseded(race, &superseded);
    if !failed.is_empty() {
        report::report_unread_children(
            &format!("a child of {race} that was not the first"),
            &format!("children of {race} that were not the first"),
            &failed,
        );
    }
}

/// Whether a failure came while another child could still be the first.
pub(crate) type IsSuperseded = bool;

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
