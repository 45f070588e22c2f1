//! `Outcome`: why a supervisor shuts its children down, and the error that it ends with.

use std::sync::Arc;

use super::death::{Death, History};
use super::errors::{GaveUp, Limit};
use crate::error::{ChildError, ChildKey};
use crate::inject::Cancellation;
use crate::Error;

pub(super) enum Outcome {
    /// A child could not be started again.
    GaveUp {
        child: Arc<str>,
        error: Error,
        limit: Limit,
    },
    /// There is no timer for the wait before a restart of the child.
    NoTimer {
        child: Arc<str>,
        error: Error,
    },
    Cancelled(Cancellation),
}

impl Outcome {
    /// The error of the whole. `failures` are those of the shutdown.
    pub(super) fn into_error(self, history: &mut History, failures: Vec<ChildError>) -> Error {
        let (deaths, number) = history.take();
        let (child, error, earlier) = match self {
            Outcome::Cancelled(cancellation) => return beside(cancellation.into_error(), None, failures),
            Outcome::NoTimer { child, error } => (child, error, others(&deaths)),
            Outcome::GaveUp { child, error, limit } => {
                // The last one is the error itself.
                let earlier = others(&deaths[..deaths.len().saturating_sub(1)]);
                let gave_up = GaveUp { child: Arc::clone(&child), limit, history: deaths, deaths: number };
                (child, error.within(gave_up), earlier)
            }
        };
        beside(error, Some(&child), earlier.into_iter().chain(failures).collect())
    }
}

fn beside(error: Error, child: Option<&Arc<str>>, others: Vec<ChildError>) -> Error {
    let key = child.map_or(ChildKey::Body, |child| key(child));
    error.with_others(&key, others)
}

fn others(deaths: &[Death]) -> Vec<ChildError> {
    deaths.iter().map(|death| ChildError::of(key(death.child()), death.error().clone())).collect()
}

/// The key of a child among the others of an error.
pub(super) fn key(child: &str) -> ChildKey {
    ChildKey::Key(child.to_owned())
}
