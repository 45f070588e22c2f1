//! [`Timers`]: the deadlines of a run, and the alarm of this process.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use crate::clock::{until_next_look, WallClock};
use crate::journal::{Awaited, Ticket};

/// The commands that are done at a time of the day.
#[derive(Debug, Default)]
pub(super) struct Timers {
    /// By deadline. The coroutine may have given some of them up.
    deadlines: BTreeSet<(u64, Ticket)>,
    /// The deadline for which this process waits, and the time until it looks at the clock again.
    alarm: Option<(u64, Pin<Box<gen::Sleep>>)>,
}

impl Timers {
    pub(super) fn insert(&mut self, deadline: u64, ticket: Ticket) {
        self.deadlines.insert((deadline, ticket));
    }

    /// The first deadline that is awaited, with its command.
    pub(super) fn first(&mut self, awaited: &Awaited) -> Option<(u64, Ticket)> {
        while let Some(&(deadline, ticket)) = self.deadlines.first() {
            if awaited.contains(ticket) {
                return Some((deadline, ticket));
            }
            self.deadlines.pop_first();
        }
        None
    }

    /// As [`first`](Self::first), if that deadline has passed.
    pub(super) fn first_passed(&mut self, awaited: &Awaited, now: u64) -> Option<(u64, Ticket)> {
        self.first(awaited).filter(|(deadline, _)| *deadline <= now)
    }

    /// Removes the [first](Self::first) deadline.
    pub(super) fn pop_first(&mut self) {
        self.deadlines.pop_first();
    }

    /// Completes when the first deadline may have passed. Without a deadline it never does.
    pub(super) fn poll_alarm(
        &mut self,
        cx: &mut Context<'_>,
        awaited: &Awaited,
        clock: &mut WallClock,
    ) -> Poll<gen::Result> {
        let Some((deadline, _)) = self.first(awaited) else {
            self.alarm = None;
            return Poll::Pending;
        };
        let (_, alarm) = match self.alarm.take() {
            Some(alarm) if alarm.0 == deadline => self.alarm.insert(alarm),
            _ => {
                let left = Duration::from_millis(deadline.saturating_sub(clock.now()));
                self.alarm.insert((deadline, Box::pin(gen::sleep(until_next_look(left)))))
            }
        };
        let rang = ready!(alarm.as_mut().poll(cx));
        self.alarm = None;
        Poll::Ready(rang)
    }
}
