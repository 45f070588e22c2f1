//! [`Addressee`]: the identity of the waker of a poll. `in_flight.rs` says why it is an address.

use std::ptr;
use std::task::Waker;

/// The identity of the waker of a poll. The addresses are only compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Addressee {
    data: usize,
    vtable: usize,
}

impl Addressee {
    pub(crate) fn of(waker: &Waker) -> Self {
        Addressee { data: waker.data().addr(), vtable: ptr::from_ref(waker.vtable()).addr() }
    }
}

/// The waker of the first step of a task on a foreign executor. It wakes nothing, because the
/// executor polls the task once more in any case.
///
/// It is a function of one place, and is not inlined: `Waker::noop` may have another vtable in each
/// crate that calls it.
#[inline(never)]
pub(crate) fn first_step_waker() -> &'static Waker {
    Waker::noop()
}

/// Whether it is the waker of a first step.
#[cfg(feature = "metrics")]
pub(crate) fn is_of_first_step(waker: &Waker) -> bool {
    waker.will_wake(first_step_waker())
}
