//! The error rule of parallel yields: the first error in child order is raised. The others are kept
//! in it, and are reported in one record unless they are quiet. A race that was cancelled raises
//! the cancellation first.

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

/// Returns the error of a race in which all have failed. `failures` is as for [`raise`].
///
/// If the race was cancelled, and a child has ended with that, this is the error: a failure would
/// not have ended the race.
#[cold]
pub(crate) fn raise_of_race(
    failures: impl Iterator<Item = ChildError>,
    is_cancelled: bool,
    is_quiet: IsQuiet,
) -> Error {
    let mut failures: Vec<ChildError> = failures.collect();
    let cancelled = failures.iter().position(|failure| is_cancelled && failure.error.is_cancelled());
    if let Some(cancelled) = cancelled {
        failures[..=cancelled].rotate_right(1);
    }
    raise(failures.into_iter(), is_quiet)
}

/// Reports the failures of the children of a race that are not the first. Those that are superseded
/// came before any child was cancelled, and do not count.
#[cold]
pub(crate) fn report_losers(race: &str, failures: impl Iterator<Item = (Error, IsSuperseded)>) {
    let (superseded, failed): (Vec<_>, Vec<_>) = failures.partition(|(_, is_superseded)| *is_superseded);
    let errors =
        |failures: Vec<(Error, IsSuperseded)>| Vec::from_iter(failures.into_iter().map(|(error, _)| error));
    report::report_superseded(race, &errors(superseded));
    report::report_unread_children(
        &format!("a child of {race} that was not the first"),
        &format!("children of {race} that were not the first"),
        &errors(failed),
    );
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
