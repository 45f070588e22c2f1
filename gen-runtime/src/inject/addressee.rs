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
