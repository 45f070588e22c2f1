//! The pending future of a [`hedge`](crate::hedge()).
//!
//! | state | a try succeeds | a try fails | `after` has passed | a cancellation arrives |
//! |---|---|---|---|---|
//! | trying: there is no first | it is the first; the others are dropped (over), or cancelled (ending) | the next one starts; if there is none, the others go on; after the last one all have failed (over) | the next one starts | each try is cancelled (ending) |
//! | ending: the running tries were cancelled | it is the first if there was none; after the last one the hedge is over | the same | | each try is cancelled again |
//! | over: no try is running | | | | |
//!
//! The tries are in a pool, as the children of a `limit` are, because their number is not known
//! before. There is a timer only while a further try may start, and after the first poll: a try
//! that is ready at once reads no clock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::errors::ZeroTriesError;
use super::start::Start;
use crate::error::{ChildError, ChildKey, Error};
use crate::inject::question::Shown;
use crate::inject::{answering, in_flight, Cancellation, WaitMark};
use crate::parallel::{
    raise_of_race, raise_own, report_dropped, report_losers, IsSuperseded, Losers, NamesChildren, Pool,
};
use crate::report::nothing;
use crate::time::{sleep, Sleep};
use crate::Result;

const HEDGE: &str = "a `hedge`";

/// The names of the tries in a dump. Their tags are their numbers.
struct Names;

impl NamesChildren<usize> for Names {
    fn group(&self) -> &'static str {
        HEDGE
    }

    fn key(&self, number: &usize, _: Shown) -> Option<ChildKey> {
        Some(ChildKey::Index(*number))
    }
}

struct Failure {
    number: usize,
    error: Error,
    is_superseded: IsSuperseded,
}

/// Runs the tries.
pub struct Hedging<S, P, T> {
    start: S,
    after: Duration,
    /// The number of tries that may still be started.
    left: usize,
    /// The number of tries that were started, which is the number of the next one.
    started: usize,
    /// Until the next start. None before the first wait for it.
    until_next: Option<Sleep>,
    tries: Pool<P, T, usize>,
    first: Option<T>,
    /// In the order in which they came. Taken with the result.
    failures: Vec<Failure>,
    /// The first request with which the running tries were cancelled.
    cancelled: Option<Cancellation>,
    losers: Losers,
    mark: WaitMark,
}

// The tries are pinned in the pool.
impl<S, P, T> Unpin for Hedging<S, P, T> {}

impl<S, P, T> Hedging<S, P, T> {
    pub(super) fn new(after: Duration, tries: usize, start: S, losers: Losers) -> Self {
        Hedging {
            start,
            after,
            left: tries,
            started: 0,
            until_next: None,
            tries: Pool::of_positions(std::iter::empty(), |number| number),
            first: None,
            failures: Vec::new(),
            cancelled: None,
            losers,
            mark: WaitMark::NEW,
        }
    }

    /// Takes the results of the tries that have ended. Returns the number of failures.
    fn collect(&mut self) -> usize {
        let mut failed = 0;
        while let Some((number, result)) = self.tries.take_ended() {
            match result {
                Ok(value) => {
                    self.first.get_or_insert(value);
                }
                Err(error) => {
                    let is_superseded = self.cancelled.is_none();
                    self.failures.push(Failure { number, error, is_superseded });
                    failed += 1;
                }
            }
        }
        failed
    }

    fn may_start(&self) -> bool {
        self.left > 0 && self.first.is_none() && self.cancelled.is_none()
    }

    /// In the order of the tries.
    fn take_failures(&mut self) -> impl Iterator<Item = ChildError> + use<S, P, T> {
        let mut failures = std::mem::take(&mut self.failures);
        failures.sort_by_key(|failure| failure.number);
        failures.into_iter().map(|failure| ChildError::of(ChildKey::Index(failure.number), failure.error))
    }

    fn finish(&mut self) -> Result<T> {
        match self.first.take() {
            Some(value) => {
                let failures = self.failures.drain(..);
                report_losers(HEDGE, failures.map(|failure| (failure.error, failure.is_superseded)));
                Ok(value)
            }
            // The losers are cancelled only if there is a first, so this is a cancellation of the
            // hedge. Like any future, it must not be polled after it was ready.
            None => Err(raise_of_race(self.take_failures(), self.cancelled.take(), nothing)),
        }
    }

    /// Returns the error of a hedge that has to wait where there is no timer.
    #[cold]
    fn fail(&mut self, no_timer: Error) -> Error {
        self.tries.clear();
        raise_own(no_timer, self.take_failures().collect(), nothing)
    }
}

impl<S, P, T> Hedging<S, P, T>
where
    S: Start<Try = P, Output = T>,
    P: Future<Output = Result<T>>,
{
    /// Polls the tries, and starts those that are due. An error only if there is no timer.
    fn go_on(&mut self, cx: &mut Context<'_>) -> Result<()> {
        if self.started == 0 {
            self.start_next();
        }
        self.tries.drive(cx);
        loop {
            // One for each failure, or one when the time has passed.
            let due = match self.collect() {
                0 => usize::from(self.is_due(cx)?),
                failed => failed,
            };
            if due == 0 {
                return Ok(());
            }
            for _ in 0..due {
                if self.may_start() {
                    self.start_next();
                }
            }
            if self.tries.is_spent() {
                return Ok(());
            }
            self.tries.drive_fresh(cx);
        }
    }

    fn start_next(&mut self) {
        self.left -= 1;
        self.until_next = None;
        let next = self.start.start();
        self.tries.insert(self.started, next);
        self.started += 1;
    }

    /// Whether the time until the next start has passed. Its end wakes `cx`.
    fn is_due(&mut self, cx: &mut Context<'_>) -> Result<bool> {
        if !self.may_start() {
            self.until_next = None;
            return Ok(false);
        }
        let until_next = self.until_next.get_or_insert_with(|| sleep(self.after));
        match until_next.poll_part(cx) {
            Poll::Ready(over) => over.map(|()| true),
            Poll::Pending => Ok(false),
        }
    }

    /// Drops or cancels the other tries when there is a first.
    fn end_losers(&mut self) {
        if self.first.is_none() || self.cancelled.is_some() || self.tries.is_empty() {
            return;
        }
        match self.losers.cancellation() {
            None => self.tries.clear(),
            Some(cancellation) => {
                self.tries.cancel(&cancellation);
                self.cancelled = Some(cancellation);
                self.collect();
            }
        }
    }

    /// If something is in flight, passes it on to the tries. Returns whether the hedge can go on
    /// then: a try has ended, or the last one was dropped because it had not begun.
    #[cold]
    fn pass_on(&mut self, cx: &mut Context<'_>) -> bool {
        if let Some(cancellation) = self.tries.pass_on(cx, &Names) {
            self.cancelled.get_or_insert(cancellation);
        }
        let can_go_on = self.tries.has_result() || self.tries.is_empty();
        if !can_go_on {
            self.mark.stays_pending(cx.waker());
        }
        if !can_go_on && self.until_next.is_some() {
            answering::keeps(cx.waker(), 1);
        }
        can_go_on
    }

    /// Answers a question in a poll that does nothing else.
    #[cold]
    fn answer_only(&mut self, cx: &mut Context<'_>) {
        if self.pass_on(cx) {
            // The next poll takes the result.
            cx.waker().wake_by_ref();
        }
    }
}

impl<S, P, T> Future for Hedging<S, P, T>
where
    S: Start<Try = P, Output = T>,
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.get_mut();
        if this.started == 0 && this.left == 0 {
            return Poll::Ready(Err(ZeroTriesError.into()));
        }
        if answering::only_answers(cx.waker()) && this.tries.only_waits() {
            this.answer_only(cx);
            return Poll::Pending;
        }
        loop {
            if let Err(no_timer) = this.go_on(cx) {
                return Poll::Ready(Err(this.fail(no_timer)));
            }
            this.end_losers();
            if this.tries.is_empty() {
                return Poll::Ready(this.finish());
            }
            if !in_flight::any_in_flight() || !this.pass_on(cx) {
                break;
            }
        }
        if this.tries.leaves_some() {
            // More tries are ready, but other tasks run first.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<S, P, T> Drop for Hedging<S, P, T> {
    fn drop(&mut self) {
        self.collect();
        if !self.failures.is_empty() {
            report_dropped(HEDGE, self.take_failures(), nothing);
        }
    }
}
