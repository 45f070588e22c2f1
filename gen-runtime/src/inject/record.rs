//! [`Record`]: the yields at which a body is suspended at the end of one poll.
//!
//! A record is no injection: it is kept beside the slot of the thread, so that also a poll with an
//! error or a cancellation has one. While a record is kept
//! ([`recorded`](super::in_flight::recorded)), the count of the injections in flight is not zero.
//! So every pending yield looks.
//!
//! | event | the record |
//! |---|---|
//! | a yield that is polled with the waker of the poll stays pending | adds its site |
//! | such a yield takes an error, and its body goes on | is emptied |
//! | a timeout is over, and drops its child | loses the sites of the child |
//! | a poll within the poll has a record of its own | is put aside for that poll |

use std::cell::RefCell;
use std::mem;
use std::task::Waker;

use super::addressee::Addressee;
use crate::error::Site;

/// The sites of one poll, innermost first.
pub(super) struct Record {
    /// Only yields that are polled with this waker belong to it.
    addressee: Addressee,
    sites: Vec<Site>,
}

impl Record {
    pub(super) fn new(waker: &Waker) -> Self {
        Record { addressee: Addressee::of(waker), sites: Vec::new() }
    }

    pub(super) fn into_sites(self) -> Vec<Site> {
        self.sites
    }
}

thread_local! {
    /// Only borrowed for moments in which no code of a user runs.
    static RECORD: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// Sets the record of this thread, and returns the one before.
pub(super) fn replace(record: Option<Record>) -> Option<Record> {
    RECORD.try_with(|slot| mem::replace(&mut *slot.borrow_mut(), record)).ok().flatten()
}

/// The yield at `site` stays pending.
pub(super) fn suspended(waker: &Waker, site: &Site) {
    with_sites(waker, |sites| sites.push(*site));
}

/// A yield has taken an error, and its body goes on.
pub(super) fn goes_on(waker: &Waker) {
    with_sites(waker, Vec::clear);
}

/// The number of sites so far; `None` if the poll with `waker` has no record.
pub(super) fn count(waker: &Waker) -> Option<usize> {
    with_sites(waker, |sites| sites.len())
}

/// Takes back all but the first `count` sites.
pub(super) fn take_back(waker: &Waker, count: usize) {
    with_sites(waker, |sites| sites.truncate(count));
}

fn with_sites<R>(waker: &Waker, access: impl FnOnce(&mut Vec<Site>) -> R) -> Option<R> {
    let of_this_poll = |record: &&mut Record| record.addressee == Addressee::of(waker);
    let with_sites = |slot: &RefCell<Option<Record>>| {
        slot.borrow_mut().as_mut().filter(of_this_poll).map(|record| access(&mut record.sites))
    };
    RECORD.try_with(with_sites).ok().flatten()
}
