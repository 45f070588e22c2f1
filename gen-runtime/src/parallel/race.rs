//! The future of [`first_of`](crate::first_of()) and [`first_ok`](crate::first_ok()): children of
//! one type, until there is a first. The [`Goal`] says which child can be the first: one that ends,
//! or only one that succeeds.
//!
//! | state | a child reaches the goal (`Racers::poll`) | a child fails and does not reach it | a cancellation arrives (`Engine::drive`) |
//! |---|---|---|---|
//! | racing: there is no first, and no child was cancelled | it is the first; the others are dropped (over), or cancelled (ending) | its error is kept; after the last child the race is over | every child is cancelled (ending) |
//! | ending: the running children were cancelled | it is the first if there was none; after the last one the race is over | the same | every child is cancelled again |
//! | over: no child is running | | | |
//!
//! If the race is over and there is no first, each child has failed. Then the first error in the
//! order of the children is raised. But a race that was cancelled raises a cancellation, even if no
//! child has ended with one: a failure would not have ended the race.
//!
//! A child that panics has ended, with [`Panicked`](crate::Panicked) as its result.
//!
//! In the poll in which a child is the first, the children after it are not polled. A child that
//! was never polled before is dropped, since it makes no sense to start it just to cancel it.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use super::engine::{Children, Engine};
use super::goal::{is_reached, until, End, Goal};
use super::outcome::{raise_of_race, report_dropped, report_losers};
use super::policy::{Policy, Until};
use super::slots::{ChildEnded, PollMode, Slots};
use crate::error::{CancelSource, ChildError, ChildKey, Error};
use crate::inject::answering::stay_pending;
use crate::inject::fixed_order::{refuses_yield, RefusedKind};
use crate::inject::{answering, in_flight, Cancellation};
use crate::report::IsQuiet;
use crate::Result;

/// The treatment of the children that are not the first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Losers {
    Dropped,
    /// Cancelled, with the caller that has asked for it.
    Cancelled(&'static Location<'static>),
}

/// The options of a race.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RaceOptions {
    pub(crate) losers: Losers,
    /// Holds for the failures that are not logged.
    pub(crate) is_quiet: IsQuiet,
}

impl Losers {
    /// The request to a loser, if it is to be cancelled.
    pub(crate) fn cancellation(self) -> Option<Cancellation> {
        match self {
            Losers::Dropped => None,
            Losers::Cancelled(by) => {
                Some(Cancellation::new(CancelSource::Sibling, "another one was the first", by))
            }
        }
    }
}

/// Waits for the first child.
pub struct Race<P, T, I, G: Goal<I> = End> {
    racers: Racers<P, T, I, G>,
    engine: Engine,
    losers: Losers,
}

struct Racers<P, T, I, G> {
    slots: Slots<P, T>,
    /// The index or key of each child. Taken with the result.
    indices: Vec<I>,
    /// The number of children that were polled. They start in order.
    started: usize,
    first: Option<usize>,
    /// None before the first cancellation of a child.
    first_cancel: Option<Box<FirstCancel>>,
    /// Whether all running children were cancelled.
    cancelled: bool,
    /// Whether the children have the same order in each process.
    is_ordered: bool,
    goal: PhantomData<fn() -> G>,
}

/// The race when the first child was cancelled.
struct FirstCancel {
    request: Cancellation,
    /// The children that had failed, in order. Another one could still be the first then.
    superseded: Vec<usize>,
}

// The children are pinned in an allocation of their own.
impl<P, T, I, G: Goal<I>> Unpin for Race<P, T, I, G> {}

impl<P, T, I, G: Goal<I>> Race<P, T, I, G> {
    pub(crate) fn new(children: impl Iterator<Item = (I, P)>, options: RaceOptions) -> Self {
        let RaceOptions { losers, is_quiet } = options;
        let mut indices = Vec::with_capacity(children.size_hint().0);
        let slots = Slots::new(children.map(|(index, child)| {
            indices.push(index);
            child
        }));
        let until = match losers {
            Losers::Dropped => until::<I, G>(),
            Losers::Cancelled(_) => Until::AllEnded,
        };
        let mut engine = Engine::new(slots.len());
        engine.set_policy(Policy { until, is_quiet });
        let racers = Racers {
            slots,
            indices,
            started: 0,
            first: None,
            first_cancel: None,
            cancelled: false,
            is_ordered: true,
            goal: PhantomData,
        };
        Race { racers, engine, losers }
    }

    /// As [`new`](Self::new), for the children of a `HashMap`.
    pub(crate) fn new_without_order(children: impl Iterator<Item = (I, P)>, options: RaceOptions) -> Self {
        let mut race = Race::new(children, options);
        race.racers.is_ordered = false;
        race
    }

    /// Drops the children that are still running, and returns the position of the first; an error
    /// if there is none.
    ///
    /// Like any future, a race must not be polled after it was ready.
    fn end(&mut self) -> Result<usize> {
        self.racers.slots.drop_running();
        match self.racers.first.take() {
            Some(first) => Ok(first),
            None => Err(self.fail()),
        }
    }

    /// Returns the error of a race whose children have all failed.
    #[cold]
    fn fail(&mut self) -> Error {
        // The losers are cancelled only if there is a first, so this is a cancellation of the race.
        let cancelled = self.racers.first_cancel.take().map(|first_cancel| first_cancel.request);
        raise_of_race(self.racers.take_failures(), cancelled, self.engine.policy().is_quiet)
    }

    /// Returns the result of the first child. Reports the failures of the others.
    fn finish(&mut self) -> Result<(I, T)> {
        let first = self.end()?;
        let result = self.racers.slots.at(first).take().expect("the child has ended");
        if self.engine.has_failure() {
            self.racers.report_losers(self.engine.policy().is_quiet);
        }
        result.map(|value| (self.racers.indices.swap_remove(first), value))
    }

    /// Returns the result of the first child, and those of all others that have ended, in their
    /// order. `name` makes the names of the children from their positions and their indices.
    fn finish_settled<N>(&mut self, mut name: impl FnMut(usize, I) -> N) -> Result<FirstAndOthers<N, T>> {
        let first = self.end()?;
        let Racers { slots, indices, .. } = &mut self.racers;
        let mut winner = None;
        let mut losers = Vec::new();
        for (child, index) in indices.drain(..).enumerate() {
            match slots.at(child).take() {
                Some(result) if child == first => winner = Some((name(child, index), result)),
                Some(result) => losers.push((name(child, index), result)),
                None => {}
            }
        }
        let (winner, result) = winner.expect("the first child has ended");
        Ok(((winner, result?), losers))
    }
}

/// The first child with its value, and the results of the others that have ended.
pub(crate) type FirstAndOthers<N, T> = ((N, T), Vec<(N, Result<T>)>);

impl<P, T, I, G: Goal<I>> Racers<P, T, I, G> {
    fn take_failures(&mut self) -> impl Iterator<Item = ChildError> + use<'_, P, T, I, G> {
        let Racers { slots, indices, .. } = self;
        slots.take_failures().map(|(child, error)| ChildError::of(G::key(&indices[child], child), error))
    }

    /// Reports the failures of the children that are not the first.
    #[cold]
    fn report_losers(&mut self, is_quiet: IsQuiet) {
        let Racers { slots, first_cancel, .. } = self;
        let is_superseded = |child: usize| match &*first_cancel {
            None => true,
            Some(first_cancel) => first_cancel.superseded.binary_search(&child).is_ok(),
        };
        let failures = slots.take_failures();
        report_losers(G::RACE, failures.map(|(child, error)| (error, is_superseded(child))), is_quiet);
    }

    /// Keeps the first request, before it has an effect.
    #[cold]
    fn note_cancel(&mut self, request: &Cancellation) {
        if self.first_cancel.is_none() {
            let superseded = self.slots.failed().collect();
            self.first_cancel = Some(Box::new(FirstCancel { request: request.clone(), superseded }));
        }
    }

    fn drop_unstarted(&mut self, child: usize) -> Poll<ChildEnded> {
        self.slots.at(child).drop_contained();
        Poll::Ready(ChildEnded::Well)
    }
}

/// Reports the failures of a race that is dropped before its end, also that of the first child.
impl<P, T, I, G: Goal<I>> Drop for Race<P, T, I, G> {
    fn drop(&mut self) {
        if self.engine.has_failure() {
            report_dropped(G::RACE, self.racers.take_failures(), self.engine.policy().is_quiet);
        }
    }
}

impl<P, T, I, G> Children for Racers<P, T, I, G>
where
    P: Future<Output = Result<T>>,
    G: Goal<I>,
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
        if let PollMode::Cancel(request) = &mode {
            self.note_cancel(request);
        }
        let polled = self.slots.at(child).poll(cx, mode);
        if matches!(polled, Poll::Ready(ended) if is_reached::<I, G>(ended)) {
            self.first.get_or_insert(child);
        }
        polled
    }

    fn group(&self) -> &'static str {
        G::RACE
    }

    fn key(&self, child: usize) -> ChildKey {
        G::key(&self.indices[child], child)
    }

    fn will_be_cancelled(&self) -> bool {
        self.first.is_some() && !self.cancelled
    }
}

impl<P, T, I, G> Race<P, T, I, G>
where
    P: Future<Output = Result<T>>,
    G: Goal<I>,
{
    fn drive(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if !self.racers.is_ordered && refuses_yield(RefusedKind::UnorderedMap) {
            return stay_pending(self, RefusedKind::UnorderedMap, cx);
        }
        if self.racers.slots.len() == 0 {
            return Poll::Ready(Err(G::none()));
        }
        let Race { racers, engine, losers } = self;
        let polled = engine.drive(cx, racers);
        if polled.is_pending() && answering::only_answers(cx.waker()) {
            if racers.first.is_some() {
                // The next poll goes on with it.
                cx.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        if racers.first.is_some() && !engine.is_cancelled() {
            if let Some(cancellation) = losers.cancellation() {
                engine.cancel(&cancellation, racers);
                racers.cancelled = true;
                if !engine.is_over() && in_flight::any_in_flight() {
                    // The children wait for something else now.
                    engine.pass_on(cx, racers);
                }
            }
        }
        racers.cancelled |= engine.is_cancelled();
        if engine.is_over() {
            Poll::Ready(Ok(()))
        } else {
            polled.map(Ok)
        }
    }

    /// Polls a race that also gives the results of the children that are not the first.
    pub(crate) fn poll_settled<N>(
        &mut self,
        cx: &mut Context<'_>,
        name: impl FnMut(usize, I) -> N,
    ) -> Poll<Result<FirstAndOthers<N, T>>> {
        ready!(self.drive(cx))?;
        Poll::Ready(self.finish_settled(name))
    }
}

impl<P, T, I, G> Future for Race<P, T, I, G>
where
    P: Future<Output = Result<T>>,
    G: Goal<I>,
{
    type Output = Result<(I, T)>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let race = self.get_mut();
        ready!(race.drive(cx))?;
        Poll::Ready(race.finish())
    }
}

/// A race that can also give the results of the children that are not the first.
pub trait Settles {
    /// The value of the first child, and the results of the others.
    type Output;
    /// The future that gives them.
    type Settled: Future<Output = Result<Self::Output>>;

    /// Also gives the results of the others.
    fn settled(self) -> Self::Settled;
}

impl<P, T, I, G> Settles for Race<P, T, I, G>
where
    P: Future<Output = Result<T>>,
    G: Goal<I>,
{
    type Output = FirstAndOthers<I, T>;
    type Settled = SettledRace<P, T, I, G>;

    fn settled(self) -> Self::Settled {
        SettledRace { race: self }
    }
}

/// A race that also gives the results of the children that are not the first.
pub struct SettledRace<P, T, I, G: Goal<I>> {
    race: Race<P, T, I, G>,
}

impl<P, T, I, G> Future for SettledRace<P, T, I, G>
where
    P: Future<Output = Result<T>>,
    G: Goal<I>,
{
    type Output = Result<FirstAndOthers<I, T>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().race.poll_settled(cx, |_, index| index)
    }
}
