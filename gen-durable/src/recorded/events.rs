//! The choice of the next event, when no records are left.
//!
//! Several events may be there at once. Their order is decided here, and from then on it is in the
//! journal:
//!
//! 1. the steps that have ended, in the order of their ends;
//! 2. the states and starts, which are done at once;
//! 3. the cancellation;
//! 4. the deadlines that have passed, the signals that were sent, and the calls whose runs have
//!    ended, in the order of their times;
//! 5. the steps that have not begun.
//!
//! So a deadline that has passed while no process ran comes before a step that it limits, and after
//! a signal that was sent before it.

use std::collections::VecDeque;
use std::iter;
use std::task::{ready, Context, Poll};

use super::{Recorded, Store};
use crate::journal::{Awaited, Event, Outcome, Ticket, What};
use crate::record::Record;

impl<S: Store> Recorded<S> {
    /// The next event, which is recorded, unless it only begins a step.
    pub(super) fn next_event(&mut self, awaited: &Awaited, now: u64) -> gen::Result<Option<Event>> {
        if let Some((ticket, outcome)) = self.take_ended(awaited).or_else(|| self.take_prompt(awaited)) {
            return self.done(ticket, outcome).map(Some);
        }
        if let Some(reason) = self.cancelled.pop_front() {
            self.append(&Record::Cancelled(reason.clone()))?;
            self.calls.mark(awaited, &reason);
            return Ok(Some(Event::Cancelled(reason)));
        }
        if let Some((ticket, outcome)) = self.take_timed(awaited, now) {
            return self.done(ticket, outcome).map(Some);
        }
        let step = pop_awaited(&mut self.unstarted, awaited, |ticket| *ticket);
        Ok(step.map(Event::Run))
    }

    fn done(&mut self, ticket: Ticket, outcome: Outcome) -> gen::Result<Event> {
        self.append(&Record::Done(ticket, outcome.clone()))?;
        Ok(Event::Done(ticket, outcome))
    }

    fn take_ended(&mut self, awaited: &Awaited) -> Option<(Ticket, Outcome)> {
        pop_awaited(&mut self.ended, awaited, |(ticket, _)| *ticket)
    }

    fn take_prompt(&mut self, awaited: &Awaited) -> Option<(Ticket, Outcome)> {
        let (ticket, refused) = pop_awaited(&mut self.prompt, awaited, |(ticket, _)| *ticket)?;
        let outcome = match (refused, &self.commands[ticket.0 as usize].command.what) {
            (Some(failed), _) => Outcome::Failed(failed),
            (None, What::GetState(name)) => {
                self.states.get(name).cloned().map_or_else(Outcome::nothing, Outcome::Value)
            }
            (None, _) => Outcome::nothing(),
        };
        Some((ticket, outcome.limited()))
    }

    /// Takes the deadline that has passed, the signal or the end of a call that comes first.
    fn take_timed(&mut self, awaited: &Awaited, now: u64) -> Option<(Ticket, Outcome)> {
        let arrival = self.inbox.first(awaited).into_iter().chain(self.calls.first(awaited)).min();
        let passed = self.timers.first_passed(awaited, now);
        // Of the same millisecond, an arrival comes first.
        let is_earlier = |deadline: u64| arrival.is_none_or(|(at, _)| deadline < at);
        match passed.filter(|(deadline, _)| is_earlier(*deadline)) {
            Some((deadline, ticket)) => Some((ticket, self.take_timer(deadline, ticket))),
            None => arrival.map(|(_, ticket)| (ticket, self.take_arrival(ticket))),
        }
    }

    fn take_timer(&mut self, deadline: u64, ticket: Ticket) -> Outcome {
        self.timers.pop_first();
        match self.commands[ticket.0 as usize].command.what {
            What::Now => Outcome::Value(deadline.to_string()),
            _ => Outcome::nothing(),
        }
    }

    /// Takes the signal for this command, or the end of the run of this call.
    fn take_arrival(&mut self, ticket: Ticket) -> Outcome {
        let outcome = match &self.commands[ticket.0 as usize].command.what {
            What::Signal(name) => self.inbox.give(name, ticket).map(Outcome::Value),
            _ => self.calls.take_first(),
        };
        outcome.unwrap_or_else(Outcome::nothing).limited()
    }

    /// Looks for signals and for the ends of other runs, if one is awaited.
    pub(super) fn poll_arrivals(
        &mut self,
        cx: &Context<'_>,
        awaited: &Awaited,
        now: u64,
    ) -> Poll<gen::Result> {
        for ticket in self.calls.take_unwatched(awaited) {
            self.store.watch(ticket, &self.commands[ticket.0 as usize].command.what)?;
        }
        let (signals, calls) = (self.inbox.is_awaited(awaited), self.calls.is_awaited(awaited));
        // An arrival that came before a deadline is given before it.
        if (signals || calls) && self.timers.first_passed(awaited, now).is_some() {
            ready!(self.store.poll_caught_up(cx))?;
        }
        if signals {
            self.inbox.arrive(self.store.poll_signals(cx)?);
        }
        if calls {
            for (ticket, at, outcome) in self.store.poll_ends(cx)? {
                self.calls.end(ticket, at, outcome);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Cancels the runs of the calls that a cancellation of this run has ended.
    ///
    /// It must not be called before the end of the replay, whose records say which runs were
    /// cancelled already.
    pub(super) fn cancel_given_up_calls(&mut self, awaited: &Awaited) -> gen::Result {
        let given_up = self.calls.take_given_up(awaited);
        if given_up.is_empty() {
            return Ok(());
        }
        for (ticket, reason) in &given_up {
            self.store.cancel_called(&self.commands[ticket.0 as usize].command.what, reason)?;
        }
        self.append(&Record::CallsCancelled(given_up.into_keys().collect()))
    }
}

/// Takes the first entry whose command is awaited, and drops those before it, which the coroutine
/// has given up.
fn pop_awaited<T>(queue: &mut VecDeque<T>, awaited: &Awaited, ticket_of: impl Fn(&T) -> Ticket) -> Option<T> {
    iter::from_fn(|| queue.pop_front()).find(|entry| awaited.contains(ticket_of(entry)))
}
