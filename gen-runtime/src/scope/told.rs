//! The requests that a member of a scope was cancelled with.

use crate::error::Cancelled;
use crate::inject::Cancellation;
use crate::Error;

/// Whoever cancels a child that ignores it again and again is not to fill the memory: so requests of which there are no errors any more go, from time to time.
#[derive(Default)]
pub(super) struct Requests {
    requests: Vec<Cancellation>,
    /// With so many, those that are not needed any more are looked for.
    limit: usize,
}

impl Requests {
    pub(super) fn add(&mut self, request: &Cancellation) {
        const FEW: usize = 8;
        if self.requests.len() >= self.limit.max(FEW) {
            self.requests.retain(Cancellation::is_shared);
            self.limit = 2 * self.requests.len();
        }
        self.requests.push(request.clone());
    }

    /// Whether an error is that of one of them.
    pub(super) fn include(&self, error: &Error) -> bool {
        let cancelled = error.downcast_ref::<Cancelled>();
        cancelled.is_some_and(|cancelled| self.requests.iter().any(|request| request.is_of(cancelled)))
    }
}
