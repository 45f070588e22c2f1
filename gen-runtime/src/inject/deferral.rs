//! [`Deferral`]: protects a child from a cancellation.

use std::task::Waker;

use super::addressee::Addressee;
use super::in_flight;

/// The address of the poll in which a cancellation was deferred last.
///
/// If it is dropped during that poll, the cancellation is no longer deferred: the code that drops
/// it may take the cancellation.
#[derive(Debug, Default)]
pub(crate) struct Deferral(Option<Addressee>);

impl Deferral {
    /// Defers the cancellation that is in flight for `waker`, for the rest of this poll. Returns
    /// whether there is one.
    pub(crate) fn defer(&mut self, waker: &Waker) -> bool {
        let addressee = in_flight::defer(waker);
        self.0 = addressee.or(self.0);
        addressee.is_some()
    }

    /// Ends the deferral: the next yield may take the cancellation.
    pub(crate) fn undefer(&mut self) {
        if let Some(addressee) = self.0.take() {
            in_flight::undefer(addressee);
        }
    }
}

impl Drop for Deferral {
    fn drop(&mut self) {
        self.undefer();
    }
}
