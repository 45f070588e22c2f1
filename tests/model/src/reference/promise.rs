//! Promises.

use std::collections::BTreeMap;

use super::error::{Error, What as ErrorWhat};
use super::node::Node;
use super::{Model, Polled, Who};
use crate::program::Deed;
use crate::trace::What;
use crate::world::promise_value;

pub(super) struct Promise {
    /// The promise has not been dropped.
    is_there: bool,
    /// The future in the table has not been dropped.
    is_kept: bool,
    futures: usize,
    /// `None` before it is set.
    result: Option<Result<u32, Error>>,
    /// Whether a failure needs no report, because it was read or belongs to no task.
    is_told: bool,
    /// Set when the last future was dropped before the result: whether a timeout dropped it.
    abandoned: Option<bool>,
    places: u64,
    waiters: BTreeMap<u64, Who>,
}

impl Promise {
    pub(super) fn new() -> Self {
        Promise {
            is_there: true,
            is_kept: true,
            futures: 1,
            result: None,
            is_told: false,
            abandoned: None,
            places: 0,
            waiters: BTreeMap::new(),
        }
    }
}

impl<'p> Model<'p> {
    pub(super) fn future(&mut self, number: usize) -> Node<'p> {
        let promise = &mut self.promises[number];
        if !promise.is_kept {
            return Node::Ready(0);
        }
        promise.futures += 1;
        Node::Promise(number, None)
    }

    pub(super) fn poll_promise(&mut self, number: usize, place: &mut Option<u64>, who: Who) -> Polled {
        let promise = &mut self.promises[number];
        if let Some(result) = &promise.result {
            promise.is_told = true;
            return Polled::Ready(result.clone());
        }
        let place = *place.get_or_insert_with(|| {
            promise.places += 1;
            promise.places
        });
        promise.waiters.insert(place, who);
        Polled::Pending
    }

    pub(super) fn drop_future(&mut self, number: usize, place: Option<u64>) {
        let times_out = self.times_out;
        let promise = &mut self.promises[number];
        promise.futures -= 1;
        if let Some(place) = place {
            promise.waiters.remove(&place);
        }
        if promise.futures > 0 {
            return;
        }
        match &promise.result {
            None => promise.abandoned = Some(times_out),
            Some(Err(error)) if !promise.is_told => {
                let error = error.clone();
                self.log_failure("a promise failed, and its result was never read", &error);
            }
            Some(_) => {}
        }
    }

    pub(super) fn do_with_promise(&mut self, number: usize, deed: Deed) {
        match deed {
            Deed::Break => self.break_promise(number),
            Deed::Forget => self.forget(number),
            Deed::Set | Deed::Fail if self.promises[number].is_there => {
                let result = match deed {
                    Deed::Set => Ok(promise_value(number)),
                    _ => Err(self.fault()),
                };
                let accepted = self.promises[number].result.is_none();
                if accepted {
                    self.finish(number, result, false);
                }
                self.note(What::Set(number, accepted));
            }
            Deed::Set | Deed::Fail => {}
        }
    }

    pub(super) fn break_promise(&mut self, number: usize) {
        if std::mem::replace(&mut self.promises[number].is_there, false)
            && self.promises[number].result.is_none()
        {
            let error = self.error(ErrorWhat::Broken);
            self.finish(number, Err(error), true);
        }
    }

    /// Drops the future in the table.
    pub(super) fn forget(&mut self, number: usize) {
        if std::mem::replace(&mut self.promises[number].is_kept, false) {
            self.drop_future(number, None);
        }
    }

    fn finish(&mut self, number: usize, result: Result<u32, Error>, is_told: bool) {
        let promise = &mut self.promises[number];
        promise.is_told = is_told;
        let abandoned = promise.abandoned;
        if let (Some(by_timeout), Err(error), false) = (abandoned, &result, is_told) {
            let what = match by_timeout {
                true => "a promise failed after the timeout that waited for it",
                false => "a promise failed, and its result was never read",
            };
            self.log_failure(what, error);
        }
        let promise = &mut self.promises[number];
        promise.result = Some(result);
        for who in std::mem::take(&mut promise.waiters).into_values() {
            self.tell(who);
        }
    }
}
