//! `limit`: a number of children at a time, and the others when there is room.

use super::error::{Error, Request, What};
use super::{Model, Polled, Who};
use crate::program::Wait;
use crate::trace::sum;

pub(super) struct Limit<'p> {
    at_once: usize,
    source: std::slice::Iter<'p, Wait>,
    pool: usize,
    /// The results, by position.
    results: Vec<(usize, Result<u32, Error>)>,
    /// The first request. From then on the limit takes no more children.
    cancelled: Option<Request>,
}

impl<'p> Limit<'p> {
    pub(super) fn new(model: &mut Model<'p>, at_once: usize, waits: &'p [Wait]) -> Self {
        let pool = model.new_pool(Vec::new());
        Limit { at_once, source: waits.iter(), pool, results: Vec::new(), cancelled: None }
    }
}

impl<'p> Model<'p> {
    pub(super) fn poll_limit(&mut self, limit: &mut Limit<'p>, who: Who) -> Polled {
        self.drive_limit(limit, who);
        if self.running(limit) > 0 {
            return Polled::Pending;
        }
        limit.results.sort_by_key(|(position, _)| *position);
        let (mut values, mut failures) = (Vec::new(), Vec::new());
        for (position, result) in std::mem::take(&mut limit.results) {
            match result {
                Ok(value) => values.push(value),
                Err(error) => failures.push((position, error)),
            }
        }
        if !failures.is_empty() {
            return Polled::Ready(Err(self.raise(failures)));
        }
        Polled::Ready(match self.cut_short(limit) {
            Some(error) => Err(error),
            None => Ok(sum(values)),
        })
    }

    fn drive_limit(&mut self, limit: &mut Limit<'p>, who: Who) {
        self.fill(limit);
        self.drive_pool(limit.pool, Some(who));
        while self.collect(limit) {
            self.fill(limit);
            self.drive_pool(limit.pool, None);
        }
        if self.running(limit) == 0 {
            return;
        }
        let Some(request) = self.take_request(who) else { return };
        self.cancel_pool(limit.pool, &request);
        limit.cancelled.get_or_insert(request);
        self.collect(limit);
    }

    /// If the limit would have taken more children, it fails even if all have ended well.
    fn cut_short(&mut self, limit: &mut Limit<'p>) -> Option<Error> {
        let request = limit.cancelled.take()?;
        let made = self.start(limit.source.next()?);
        self.drop_node(made);
        Some(self.error(What::Cancelled(request)))
    }

    fn running(&mut self, limit: &Limit<'p>) -> usize {
        self.pool(limit.pool).map_or(0, |pool| pool.len())
    }

    fn fill(&mut self, limit: &mut Limit<'p>) {
        while limit.cancelled.is_none() && self.running(limit) < limit.at_once {
            let Some(wait) = limit.source.next() else { return };
            let child = self.start(wait);
            self.push(limit.pool, child);
        }
    }

    /// Collects results. Returns whether there were any.
    fn collect(&mut self, limit: &mut Limit<'p>) -> bool {
        let before = limit.results.len();
        while let Some(ended) = self.pool(limit.pool).and_then(|pool| pool.take_ended()) {
            limit.results.push(ended);
        }
        limit.results.len() > before
    }

    pub(super) fn drop_limit(&mut self, limit: &mut Limit<'p>) {
        limit.results.sort_by_key(|(position, _)| *position);
        let results = std::mem::take(&mut limit.results).into_iter();
        let failures: Vec<_> =
            results.filter_map(|(position, result)| Some((position.to_string(), result.err()?))).collect();
        self.log_dropped("a `limit`", &failures);
        self.drop_pool_silently(limit.pool);
    }
}
