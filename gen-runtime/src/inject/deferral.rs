//! Holding back a cancellation, for those that keep what they wait for from being cancelled.

use std::task::Waker;

use super::in_flight;
use super::in_flight::Addressee;

/// The waker of the poll in which a cancellation was held back last. It is let go when this is dropped in the middle of that poll: whoever dropped it may take the cancellation.
#[derive(Debug, Default)]
pub(crate) struct Deferral(Option<Addressee>);

impl Deferral {
    /// Holds back the cancellation that is in flight for `waker` for the rest of this poll; answers whether there is one.
    pub(crate) fn defer(&mut self, waker: &Waker) -> bool {
        let held = in_flight::defer(waker);
        self.0 = held.or(self.0);
        held.is_some()
    }

    /// What was held back may be taken by the next yield.
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
