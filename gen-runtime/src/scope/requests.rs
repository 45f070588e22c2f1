//! `Requests`: the cancellations that a member of a scope has got.

use crate::error::Cancelled;
use crate::inject::Cancellation;
use crate::Error;

/// A child may be cancelled again and again and ignore it. To bound the memory, the requests to
/// which no error refers any more are removed from time to time.
#[derive(Default)]
pub(super) struct Requests {
    requests: Vec<Cancellation>,
    /// The number of requests at which they are looked through.
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

    /// Whether an error comes from one of the requests.
    pub(super) fn include(&self, error: &Error) -> bool {
        let cancelled = error.downcast_ref::<Cancelled>();
        cancelled.is_some_and(|cancelled| self.requests.iter().any(|request| request.is_of(cancelled)))
    }
}
