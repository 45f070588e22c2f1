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
//! | a poll within the poll has a record of its own | is put aside for that poll. If both have the same waker, it then gets the sites of that record |
//! | a poll within the poll is that of another body | is put aside for that poll |
//!
//! With the feature `metrics` the record of a measured future has a [`Measurement`], too:
//!
//! | event | the measurement |
//! |---|---|
//! | an error passes a yield of the body | adds the site of the yield |
//! | a group was pending in the poll before, and stays pending ([`WaitMark`](super::WaitMark)) | knows that the body is in the same wait |
//! | the record loses its first site | forgets that |
//! | a yield returns, where all yields look; the record loses a site | knows that the body is not in the same wait, if it is no group |

use std::cell::RefCell;
use std::mem;
use std::task::Waker;

#[cfg(feature = "metrics")]
use super::addressee::is_of_first_step;
use super::addressee::Addressee;
#[cfg(feature = "metrics")]
use super::measurement::Measurement;
use crate::error::Site;

/// The sites of one poll, innermost first.
pub(super) struct Record {
    /// Only yields that are polled with this waker belong to it.
    addressee: Addressee,
    sites: Vec<Site>,
    #[cfg(feature = "metrics")]
    measurement: Option<Measurement>,
}

impl Record {
    pub(super) fn new(waker: &Waker) -> Self {
        Record {
            addressee: Addressee::of(waker),
            sites: Vec::new(),
            #[cfg(feature = "metrics")]
            measurement: None,
        }
    }

    pub(super) fn into_sites(self) -> Vec<Site> {
        self.sites
    }

    /// Adds the sites of a record of a poll within this poll, if both polls have the same waker.
    pub(super) fn add(&mut self, inner: &Record) {
        if inner.addressee == self.addressee {
            self.sites.extend_from_slice(&inner.sites);
        }
    }

    /// Takes back all but the first `count` sites.
    fn truncate(&mut self, count: usize) {
        #[cfg(feature = "metrics")]
        if let Some(measurement) = &mut self.measurement {
            measurement.has_returned |= count < self.sites.len();
            measurement.is_same_group &= count > 0;
        }
        self.sites.truncate(count);
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
    with_record(waker, |record| record.sites.push(*site));
}

/// A yield has taken an error, and its body goes on.
pub(super) fn goes_on(waker: &Waker) {
    with_record(waker, |record| record.truncate(0));
}

/// The number of sites so far; `None` if the poll with `waker` has no record.
pub(super) fn count(waker: &Waker) -> Option<usize> {
    with_record(waker, |record| record.sites.len())
}

/// Takes back all but the first `count` sites.
pub(super) fn take_back(waker: &Waker, count: usize) {
    with_record(waker, |record| record.truncate(count));
}

fn with_record<R>(waker: &Waker, access: impl FnOnce(&mut Record) -> R) -> Option<R> {
    let of_this_poll = |record: &&mut Record| record.addressee == Addressee::of(waker);
    let with_record =
        |slot: &RefCell<Option<Record>>| slot.borrow_mut().as_mut().filter(of_this_poll).map(access);
    RECORD.try_with(with_record).ok().flatten()
}

#[cfg(feature = "metrics")]
impl Record {
    /// The record of a measured future.
    pub(super) fn measuring(waker: &Waker) -> Self {
        Record { measurement: Some(Measurement::default()), ..Record::new(waker) }
    }

    /// The measurement, with the innermost site of the record.
    pub(super) fn into_measurement(self) -> Option<Measurement> {
        let innermost = self.sites.first().copied();
        self.measurement.map(|measurement| Measurement { innermost, ..measurement })
    }
}

/// Whether the poll with `waker` has a measurement already.
#[cfg(feature = "metrics")]
pub(super) fn is_measuring(waker: &Waker) -> bool {
    with_record(waker, |record| record.measurement.is_some()).unwrap_or(false)
}

/// A group stays pending that was pending in the poll before.
#[cfg(feature = "metrics")]
pub(super) fn same_group(waker: &Waker) {
    with_record(waker, |record| {
        if let Some(measurement) = record.measurement.as_mut().filter(|_| record.sites.is_empty()) {
            measurement.is_same_group = true;
        }
    });
}

/// A yield returns, in a build in which such yields look.
#[cfg(feature = "metrics")]
pub(super) fn returned(waker: &Waker) {
    with_record(waker, |record| {
        if let Some(measurement) = &mut record.measurement {
            measurement.has_returned = true;
        }
    });
}

/// An error passes the yield at `site`, in the body whose poll has the record of this thread.
#[cfg(feature = "metrics")]
pub(super) fn failed(site: &Site) {
    let add = |slot: &RefCell<Option<Record>>| {
        if let Some(measurement) = slot.borrow_mut().as_mut().and_then(|record| record.measurement.as_mut()) {
            measurement.errors.push(*site);
        }
    };
    let _ = RECORD.try_with(add);
}

/// Puts the record of the thread aside while another body is polled, whose errors do not belong to
/// it. Its drop restores the record.
#[cfg(feature = "metrics")]
pub(super) struct Aside {
    record: Option<Record>,
}

#[cfg(feature = "metrics")]
impl Aside {
    #[inline(never)]
    pub(super) fn new() -> Self {
        Aside { record: replace(None) }
    }

    /// As `new`, but a record of the poll with `waker` stays.
    ///
    /// All first steps have one waker. So in a first step the record is that of the body which
    /// spawns the task, and which is in its own first step.
    #[inline(never)]
    pub(super) fn unless_of(waker: &Waker) -> Option<Self> {
        let is_same_poll = with_record(waker, |_| ()).is_some() && !is_of_first_step(waker);
        (!is_same_poll).then(Aside::new)
    }
}

#[cfg(feature = "metrics")]
impl Drop for Aside {
    #[inline(never)]
    fn drop(&mut self) {
        drop(replace(self.record.take()));
    }
}
