//! [`Calling`]: the body of the task that gathers keys, and makes the call.

use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::board::Outcome;
use super::entry::Entry;
use super::loader::Until;
use super::state::Gathering;
use super::ticket::Ticket;
use crate::error::Panicked;
use crate::inject::{answering, in_flight};
use crate::report::contain;
use crate::time::{moment, sleep, Moment, Sleep};
use crate::Result;

/// Finds the result of each key in the output of the function.
type ResultsOf<P, K, V> = fn(<P as Future>::Output, &[Arc<Entry<K, V>>]) -> Outcome<V>;

pin_project! {
    /// A dump names the task after the first parameter, which is the future of the function.
    pub(super) struct Calling<P: Future, F, K, V> {
        // Until the call departs.
        gathering: Option<Gather<F>>,
        #[pin]
        future: Option<P>,
        keys: Vec<Arc<Entry<K, V>>>,
        results: ResultsOf<P, K, V>,
        ticket: Ticket<K, V>,
    }
}

struct Gather<F> {
    pause: Pause,
    begin: F,
}

/// The time in which keys are added.
enum Pause {
    Turn(Moment),
    /// Until the load that has begun the call releases it, which may never be polled again.
    EndOfPoll(Sleep),
    Window(Sleep),
}

/// The time after which a call does not wait for its first load any more.
const LONGEST_POLL: Duration = Duration::from_millis(100);

impl Pause {
    fn new(until: Until) -> Self {
        match until {
            Until::NextTurn => Pause::Turn(moment()),
            Until::EndOfPoll => Pause::EndOfPoll(sleep(LONGEST_POLL)),
            Until::EndOfWindow(window) => Pause::Window(sleep(window)),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        match self {
            Pause::Turn(moment) => Pin::new(moment).poll(cx),
            Pause::EndOfPoll(longest) => match ready!(Pin::new(longest).poll(cx)) {
                Ok(()) => Poll::Ready(Ok(())),
                Err(_no_timer) => {
                    let mut next = moment();
                    let polled = Pin::new(&mut next).poll(cx);
                    *self = Pause::Turn(next);
                    polled
                }
            },
            Pause::Window(sleep) => Pin::new(sleep).poll(cx),
        }
    }
}

impl<P: Future, F, K, V> Calling<P, F, K, V> {
    /// `begin` calls the function with the keys, and `results` finds the result of each key.
    pub(super) fn new(ticket: Ticket<K, V>, until: Until, begin: F, results: ResultsOf<P, K, V>) -> Self {
        let pause = Pause::new(until);
        Calling { gathering: Some(Gather { pause, begin }), future: None, keys: Vec::new(), results, ticket }
    }
}

impl<P, F, K, V> Calling<P, F, K, V>
where
    P: Future,
    F: FnOnce(Vec<K>) -> P,
    K: Clone,
{
    /// Is ready with `None` if no load is left.
    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outcome<V>>> {
        let mut this = self.project();
        if let Some(Gather { pause, .. }) = this.gathering {
            match this.ticket.gather(cx.waker()) {
                Gathering::Over => return Poll::Ready(None),
                Gathering::Departs => {}
                Gathering::Waits | Gathering::NeedsWaker => {
                    let polled = pause.poll(cx);
                    answering::keeps(cx.waker(), 1);
                    if let Err(error) = ready!(polled) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
        if let Some(Gather { begin, .. }) = this.gathering.take() {
            let Some(keys) = this.ticket.depart() else { return Poll::Ready(None) };
            *this.keys = keys;
            let keys = this.keys.iter().map(|entry| entry.key.clone()).collect();
            this.future.set(Some(begin(keys)));
        }
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let output = ready!(future.poll(cx));
        Poll::Ready(Some((this.results)(output, this.keys)))
    }
}

impl<P, F, K, V> Future for Calling<P, F, K, V>
where
    P: Future,
    F: FnOnce(Vec<K>) -> P,
    K: Clone,
{
    type Output = Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let outcome = match catch_unwind(AssertUnwindSafe(|| self.as_mut().advance(cx))) {
            Ok(Poll::Ready(outcome)) => outcome,
            Ok(Poll::Pending) => {
                // A coroutine has taken the cancellation by now. A plain future is dropped.
                let cancelled = in_flight::any_in_flight().then(|| in_flight::take_cancel(cx.waker()));
                let Some(cancellation) = cancelled.flatten() else { return Poll::Pending };
                Some(Err(cancellation.into_error()))
            }
            Err(payload) => Some(Err(Panicked::new(payload).into())),
        };
        let mut this = self.project();
        contain("the drop of the call of a batch", || {
            *this.gathering = None;
            this.future.set(None);
        });
        Poll::Ready(this.ticket.end(this.keys, outcome))
    }
}
