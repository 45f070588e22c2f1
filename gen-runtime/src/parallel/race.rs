//! The future of [`first_of`](crate::first_of()): children of one type, until the first of them
//! ends.
//!
//! | state | a child ends (`Racers::poll`) | a cancellation arrives (`Engine::drive`) |
//! |---|---|---|
//! | racing: no child has ended, and none was cancelled | it is the first; the others are dropped (over), or cancelled (ending) | every child is cancelled (ending) |
//! | ending: the running children were cancelled | it is the first if there was none; after the last one the race is over | every child is cancelled again |
//! | over: no child is running | | |
//!
//! A child that panics has ended, with [`Panicked`](crate::Panicked) as its result.
//!
//! In the poll in which a child is the first, the children after it are not polled. A child that
//! was never polled before is dropped, since it makes no sense to start it just to cancel it.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::engine::{Children, Engine};
use super::outcome::report_dropped;
use super::policy::{Policy, Until};
use super::slots::{ChildEnded, PollMode, Slots};
use crate::error::{unit_error, CancelSource, ChildError, ChildKey, Error};
use crate::inject::{in_flight, Cancellation};
use crate::report::report_unread_children;
use crate::Result;

/// The treatment of the children that are not the first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Losers {
    Dropped,
    /// Cancelled, with the caller that has asked for it.
    Cancelled(&'static Location<'static>),
}

/// Waits for the first child to end.
pub struct Race<P, T, I> {
    racers: Racers<P, T>,
    /// The index or key of each child. Taken with the result.
    indices: Vec<I>,
    engine: Engine,
    losers: Losers,
}

struct Racers<P, T> {
    slots: Slots<P, T>,
    /// The number of children that were polled. They start in order.
    started: usize,
    first: Option<usize>,
    /// Whether the running children were cancelled.
    cancelled: bool,
}

// The children are pinned in an allocation of their own.
impl<P, T, I> Unpin for Race<P, T, I> {}

impl<P, T, I> Race<P, T, I> {
    pub(crate) fn new(children: impl Iterator<Item = (I, P)>, losers: Losers) -> Self {
        let mut indices = Vec::with_capacity(children.size_hint().0);
        let slots = Slots::new(children.map(|(index, child)| {
            indices.push(index);
            child
        }));
        let until = match losers {
            Losers::Dropped => Until::FirstEnd,
            Losers::Cancelled(_) => Until::AllEnded,
        };
        let mut engine = Engine::new(slots.len());
        engine.set_policy(Policy { until, ..Policy::DEFAULT });
        Race { racers: Racers { slots, started: 0, first: None, cancelled: false }, indices, engine, losers }
    }

    /// Drops the children that are still running, and returns the result of the first.
    fn finish(&mut self) -> Result<(I, T)> {
        let Racers { slots, first, .. } = &mut self.racers;
        // Like any future, a race must not be polled after it was ready.
        let first = first.take().expect("a `first_of` was polled after it was ready");
        let result = slots.at(first).take().expect("the child has ended");
        slots.drop_running();
        // If the race was not cancelled, no other child has ended.
        if self.engine.is_cancelled() {
            report_losers(slots.take_failures().map(|(_, error)| error).collect());
        }
        result.map(|value| (self.indices.swap_remove(first), value))
    }
}

#[cold]
fn report_losers(errors: Vec<Error>) {
    report_unread_children(
        "a child of a `first_of` that was not the first",
        "children of a `first_of` that were not the first",
        &errors,
    );
}

/// Reports the failures of a race that is dropped while it ends, also that of the first child.
impl<P, T, I> Drop for Race<P, T, I> {
    fn drop(&mut self) {
        if self.engine.has_failure() {
            let failures = self.racers.slots.take_failures();
            let failures = failures.map(|(child, error)| ChildError::of(ChildKey::Index(child), error));
            report_dropped("a `first_of`", failures, self.engine.policy().is_quiet);
        }
    }
}

impl<P, T> Children for Racers<P, T>
where
    P: Future<Output = Result<T>>,
{
    fn poll(&mut self, child: usize, cx: &mut Context<'_>, mode: PollMode<'_>) -> Poll<ChildEnded> {
        if self.will_be_cancelled() {
            match mode {
                // The child is cancelled before this poll of the race returns.
                PollMode::Plain | PollMode::Ask(_) => return Poll::Pending,
                PollMode::Cancel(_) if child >= self.started => return self.drop_unstarted(child),
                PollMode::Cancel(_) | PollMode::Panicked(_) => {}
            }
        }
        self.started = self.started.max(child + 1);
        let polled = self.slots.at(child).poll(cx, mode);
        if polled.is_ready() {
            self.first.get_or_insert(child);
        }
        polled
    }

    fn group(&self) -> &'static str {
        "a `first_of`"
    }

    fn will_be_cancelled(&self) -> bool {
        self.first.is_some() && !self.cancelled
    }
}

impl<P, T> Racers<P, T> {
    fn drop_unstarted(&mut self, child: usize) -> Poll<ChildEnded> {
        self.slots.at(child).drop_contained();
        Poll::Ready(ChildEnded::Well)
    }
}

impl<P, T, I> Race<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Race { racers, engine, losers, .. } = self;
        let polled = engine.drive(cx, racers);
        if let (Losers::Cancelled(by), Some(_), false) = (losers, racers.first, engine.is_cancelled()) {
            let cancellation = Cancellation::new(CancelSource::Sibling, "another one was the first", by);
            engine.cancel(&cancellation, racers);
            racers.cancelled = true;
            if !engine.is_over() && in_flight::any_in_flight() {
                // The children wait for something else now.
                engine.pass_on(cx, racers);
            }
        }
        racers.cancelled |= engine.is_cancelled();
        if engine.is_over() {
            Poll::Ready(())
        } else {
            polled
        }
    }
}

impl<P, T, I> Future for Race<P, T, I>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<(I, T)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let race = self.get_mut();
        if race.racers.slots.len() == 0 {
            return Poll::Ready(Err(FirstOfNoneError.into()));
        }
        ready!(race.drive(cx));
        Poll::Ready(race.finish())
    }
}

unit_error! {
    /// [`first_of`](fn@crate::first_of) was called without children, so there is no first.
    pub FirstOfNoneError: "`first_of` was given no children, so none of them will be the first"
}
