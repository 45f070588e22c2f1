//! The error rule of parallel yields: the first error in child order is raised, the others are logged and kept.

use log::error;

use crate::error::{Error, Other, Place};

/// The error to raise for children of which at least one has failed; `children` tells each one's place and error, in order.
#[cold]
pub(super) fn raise(children: impl Iterator<Item = (Place, Option<Error>)>) -> Error {
    let mut failures = children.filter_map(|(place, error)| error.map(|error| Other { place, error }));
    let first = failures.next().expect("a child has failed");
    let others: Vec<Other> = failures.collect();
    for other in &others {
        error!(target: "gen", "multiple errors in a parallel yield: {other:?}");
    }
    first.error.with_others(others)
}
