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
use std::task::{ready, Context, Poll};
use std::time::Duration;

use super::errors::ZeroTriesError;
use super::start::Start;
use crate::error::{ChildError, ChildKey, Error};
use crate::inject::question::Shown;
use crate::inject::{answering, in_flight, Cancellation, WaitMark};
use crate::parallel::{
    raise_of_race, raise_own, report_dropped, report_losers, FirstAndOthers, IsSuperseded, NamesChildren,
    Pool, RaceOptions,
};
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
    /// With its number.
    first: Option<(usize, T)>,
    /// The values of the others, where they are asked for.
    others: Option<Vec<(usize, T)>>,
    /// In the order in which they came. Taken with the result.
    failures: Vec<Failure>,
    /// The first request with which the running tries were cancelled.
    cancelled: Option<Cancellation>,
    options: RaceOptions,
    mark: WaitMark,
}

// The tries are pinned in the pool.
impl<S, P, T> Unpin for Hedging<S, P, T> {}

impl<S, P, T> Hedging<S, P, T> {
    pub(super) fn new(after: Duration, tries: usize, start: S, options: RaceOptions) -> Self {
        Hedging {
            start,
            after,
            left: tries,
            started: 0,
            until_next: None,
            tries: Pool::of_positions(std::iter::empty(), |number| number),
            first: None,
            others: None,
            failures: Vec::new(),
            cancelled: None,
            options,
            mark: WaitMark::NEW,
        }
    }

    /// Takes the results of the tries that have ended. Returns the number of failures.
    fn collect(&mut self) -> usize {
        let mut failed = 0;
        while let Some((number, result)) = self.tries.take_ended() {
            match result {
                Ok(value) if self.first.is_none() => self.first = Some((number, value)),
                Ok(value) => {
                    if let Some(others) = &mut self.others {
                        others.push((number, value));
                    }
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
            Some((_, value)) => {
                let failures = self.failures.drain(..).map(|failure| (failure.error, failure.is_superseded));
                report_losers(HEDGE, failures, self.options.is_quiet);
                Ok(value)
            }
            None => Err(self.raise()),
        }
    }

    /// Gives the first success, and the results of the others that have ended.
    fn finish_settled(&mut self) -> Result<FirstAndOthers<usize, T>> {
        let Some(first) = self.first.take() else { return Err(self.raise()) };
        let failures = self.failures.drain(..).map(|failure| (failure.number, Err(failure.error)));
        let values = self.others.take().unwrap_or_default().into_iter();
        let mut losers: Vec<_> = failures.chain(values.map(|(number, value)| (number, Ok(value)))).collect();
        losers.sort_by_key(|(number, _)| *number);
        Ok((first, losers))
    }

    /// Returns the error of a hedge whose tries have all failed.
    fn raise(&mut self) -> Error {
        // The losers are cancelled only if there is a first, so this is a cancellation of the
        // hedge. Like any future, it must not be polled after it was ready.
        raise_of_race(self.take_failures(), self.cancelled.take(), self.options.is_quiet)
    }

    /// Returns the error of a hedge that has to wait where there is no timer.
    #[cold]
    fn fail(&mut self, no_timer: Error) -> Error {
        self.tries.clear();
        raise_own(no_timer, self.take_failures().collect(), self.options.is_quiet)
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
        match self.options.losers.cancellation() {
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

impl<S, P, T> Hedging<S, P, T>
where
    S: Start<Try = P, Output = T>,
    P: Future<Output = Result<T>>,
{
    /// Ready when no try is running any more.
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        if self.started == 0 && self.left == 0 {
            return Poll::Ready(Err(ZeroTriesError.into()));
        }
        if answering::only_answers(cx.waker()) && self.tries.only_waits() {
            self.answer_only(cx);
            return Poll::Pending;
        }
        loop {
            if let Err(no_timer) = self.go_on(cx) {
                return Poll::Ready(Err(self.fail(no_timer)));
            }
            self.end_losers();
            if self.tries.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if !in_flight::any_in_flight() || !self.pass_on(cx) {
                break;
            }
        }
        if self.tries.leaves_some() {
            // More tries are ready, but other tasks run first.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
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
        ready!(this.drive(cx))?;
        Poll::Ready(this.finish())
    }
}

/// A hedge that also gives the results of the tries that are not the first.
pub struct SettledHedge<S, P, T> {
    hedge: Hedging<S, P, T>,
}

impl<S, P, T> SettledHedge<S, P, T> {
    pub(super) fn new(mut hedge: Hedging<S, P, T>) -> Self {
        hedge.others = Some(Vec::new());
        SettledHedge { hedge }
    }
}

impl<S, P, T> Future for SettledHedge<S, P, T>
where
    S: Start<Try = P, Output = T>,
    P: Future<Output = Result<T>>,
{
    type Output = Result<FirstAndOthers<usize, T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let hedge = &mut self.get_mut().hedge;
        ready!(hedge.drive(cx))?;
        Poll::Ready(hedge.finish_settled())
    }
}

impl<S, P, T> Drop for Hedging<S, P, T> {
    fn drop(&mut self) {
        self.collect();
        if !self.failures.is_empty() {
            report_dropped(HEDGE, self.take_failures(), self.options.is_quiet);
        }
    }
}
