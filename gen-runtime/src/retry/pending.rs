//! The future of a [`retry`](super::retry).

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::tried::Tried;
use super::tries::Tries;
use crate::error::{Cancelled, ChildError, ChildKey};
use crate::opaque::opaque_debug;
use crate::time::now;
use crate::{Error, Result, Yieldable};

/// So many errors of earlier tries are kept.
const KEPT: usize = 16;

pin_project! {
    /// The pending future of a [`retry`](super::retry).
    pub struct Retrying<I, F, W, N, P, Kinds> {
        schedule: I,
        when: W,
        notify: N,
        within: Option<Duration>,
        // The first suspension or failure. A try that succeeds at once needs no clock.
        began: Option<Instant>,
        // Boxed, since most calls have none, and drop nothing then.
        failures: Option<Box<Failures>>,
        #[pin]
        tries: Tries<F, P, Kinds>,
    }
}

/// The failures so far, each of which is followed by another try.
#[derive(Default)]
struct Failures {
    number: u32,
    /// The errors of the last ones, each with its try, counted from 1.
    kept: VecDeque<(u32, Error)>,
}

impl<I, F, W, N, P, Kinds> Retrying<I, F, W, N, P, Kinds> {
    pub(super) fn new(schedule: I, make: F, when: W, notify: N, within: Option<Duration>) -> Self {
        let tries = Tries::new(make);
        Retrying { schedule, when, notify, within, began: None, failures: None, tries }
    }
}

impl<I, F, W, N, Y, M, Mode> Retrying<I, F, W, N, Y::Pending, (M, Mode)>
where
    I: Iterator<Item = Duration>,
    F: FnMut() -> Y,
    W: FnMut(&Error) -> bool,
    N: FnMut(&Error, u32, Duration),
    Y: Yieldable<M, Mode>,
{
    /// Begins the wait after a failure. Returns the error if there is no further try.
    fn go_on(self: Pin<&mut Self>, error: Error) -> Result {
        let this = self.project();
        let now = now();
        let elapsed = now.saturating_duration_since(*this.began.get_or_insert(now));
        let was_cancelled = !this.tries.may_go_on() || error.is::<Cancelled>();
        let may_go_on = !was_cancelled && (this.when)(&error);
        let is_in_time =
            |wait: &Duration| this.within.is_none_or(|total| elapsed.saturating_add(*wait) <= total);
        let wait = if may_go_on { this.schedule.next().filter(is_in_time) } else { None };
        let Some(wait) = wait else {
            return Err(match this.failures {
                Some(failures) => failures.all(error, was_cancelled, elapsed),
                None => error,
            });
        };
        let number = this.failures.get_or_insert_default().add(&error);
        (this.notify)(&error, number, wait);
        this.tries.wait(wait);
        Ok(())
    }
}

impl<I, F, W, N, Y, M, Mode> Future for Retrying<I, F, W, N, Y::Pending, (M, Mode)>
where
    I: Iterator<Item = Duration>,
    F: FnMut() -> Y,
    W: FnMut(&Error) -> bool,
    N: FnMut(&Error, u32, Duration),
    Y: Yieldable<M, Mode>,
{
    type Output = Result<Y::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project().tries.poll(cx) {
                Poll::Ready(Ok(Ok(value))) => return Poll::Ready(Ok(value)),
                Poll::Ready(Ok(Err(error))) => self.as_mut().go_on(error)?,
                Poll::Ready(Err(no_timer)) => {
                    return Poll::Ready(Err(match self.project().failures {
                        Some(failures) => failures.beside(no_timer),
                        None => no_timer,
                    }))
                }
                Poll::Pending => {
                    self.project().began.get_or_insert_with(now);
                    return Poll::Pending;
                }
            }
        }
    }
}

impl Failures {
    /// Adds the failure of a try that is followed by another one. Returns the number of the try.
    fn add(&mut self, error: &Error) -> u32 {
        self.number = self.number.saturating_add(1);
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((self.number, error.clone()));
        self.number
    }

    /// The error of the last try, with those before it.
    fn all(&mut self, last: Error, was_cancelled: bool, elapsed: Duration) -> Error {
        let tries = self.number.saturating_add(1);
        let last = last.within(Tried { tries, was_cancelled, elapsed });
        self.beside(last)
    }

    /// That error, with those of the tries.
    fn beside(&mut self, error: Error) -> Error {
        let key = |number: u32| ChildKey::Index(number as usize);
        let others = self.kept.drain(..).map(|(number, error)| ChildError::of(key(number), error));
        error.with_others(&key(self.number.saturating_add(1)), others.collect())
    }
}

opaque_debug!([I, F, W, N, P, Kinds] Retrying<I, F, W, N, P, Kinds>);
