//! Children of one type, until the first of them ends: the pending future of [`first_of`](crate::first_of()).
//!
//! | stage | a child ends | cancelled |
//! |---|---|---|
//! | racing | it is the first; the others are dropped, or cancelled: ending | every child is cancelled: ending |
//! | ending | if there was none, it is the first; the last one ends it all | every child is cancelled again |
//!
//! A child that panics has ended, with [`Panicked`](crate::Panicked).
//!
//! Behind a child that is the first nobody is polled in that poll; who was not polled at all until then is dropped, and not started in order to be cancelled.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::engine::Engine;
use super::outcome::report_dropped;
use super::policy::{Policy, Until};
use super::slots::{ChildEnded, PollMode, Slots};
use crate::error::{CancelSource, ChildError, ChildKey, Error};
use crate::inject::Cancellation;
use crate::report::report_unread_children;
use crate::Result;

/// What becomes of those that are not the first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Losers {
    Dropped,
    /// As was asked for there.
    Cancelled(&'static Location<'static>),
}

/// The future that waits for the first child to end.
pub struct Race<P, T, I> {
    runners: Runners<P, T>,
    /// Which child is which; taken with the result.
    indices: Vec<I>,
    engine: Engine,
    losers: Losers,
}

struct Runners<P, T> {
    slots: Slots<P, T>,
    /// How many were polled; they start in order.
    started: usize,
    first: Option<usize>,
    /// All that are running were cancelled.
    told: bool,
}

/// The children are pinned in an allocation of their own.
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
        Race { runners: Runners { slots, started: 0, first: None, told: false }, indices, engine, losers }
    }

    /// The result of the first, when the others have ended or are to be dropped.
    fn finish(&mut self) -> Result<(I, T)> {
        let Runners { slots, first, .. } = &mut self.runners;
        // As of any future: to poll it again after it was ready is a mistake of the caller.
        let first = first.take().expect("a `first_of` was polled after it was ready");
        let result = slots.at(first).take().expect("the child has ended");
        slots.drop_running();
        // Else no other one has ended.
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

/// While the others are cancelled the first has not been handed over.
impl<P, T, I> Drop for Race<P, T, I> {
    fn drop(&mut self) {
        if self.engine.has_failure() {
            let failures = self.runners.slots.take_failures();
            let failures = failures.map(|(child, error)| ChildError::of(ChildKey::Index(child), error));
            report_dropped("a `first_of`", failures, self.engine.policy().is_quiet);
        }
    }
}

impl<P, T> Runners<P, T>
where
    P: Future<Output = Result<T>>,
{
    fn poll(&mut self, child: usize, cx: &mut Context<'_>, how: PollMode<'_>) -> Poll<ChildEnded> {
        if self.first.is_some() && !self.told {
            match how {
                // It is cancelled before this poll of the race is over.
                PollMode::Plain => return Poll::Pending,
                PollMode::Cancel(_) if child >= self.started => return self.drop_unstarted(child),
                PollMode::Cancel(_) | PollMode::Panicked(_) => {}
            }
        }
        self.started = self.started.max(child + 1);
        let polled = self.slots.at(child).poll(cx, how);
        if polled.is_ready() {
            self.first.get_or_insert(child);
        }
        polled
    }

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
        let Race { runners, engine, losers, .. } = self;
        let polled = engine.drive(cx, |child, cx, how| runners.poll(child, cx, how));
        if let (Losers::Cancelled(by), Some(_), false) = (losers, runners.first, engine.is_cancelled()) {
            let cancellation = Cancellation::new(CancelSource::Sibling, "another one was the first", by);
            engine.cancel(&cancellation, &mut |child, cx, how| runners.poll(child, cx, how));
        }
        runners.told |= engine.is_cancelled();
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
        if race.runners.slots.len() == 0 {
            return Poll::Ready(Err(FirstOfNoneError.into()));
        }
        ready!(race.drive(cx));
        Poll::Ready(race.finish())
    }
}

/// [`first_of`](fn@crate::first_of) was given nothing: there is no first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstOfNoneError;

impl fmt::Display for FirstOfNoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`first_of` was given no children, so none of them will be the first")
    }
}

impl StdError for FirstOfNoneError {}
