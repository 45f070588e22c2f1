//! The future of a yielded point.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::runner::Runner;
use super::YieldPoint;
use crate::executor::report_before_wait;
use crate::inject::question::WaitsFor;
use crate::inject::{answering, in_flight};
use crate::Result;

/// The future of a yielded point.
pub struct Pending<P> {
    point: P,
    runner: Runner,
    state: State,
}

enum State {
    /// Not polled yet: set by `new`.
    New,
    /// Started, and not pending: set by `look`.
    Started,
    /// Pending; its wakers are with the keys that it has asked about: set by `look`.
    Waiting,
    /// Ready or dropped: set by `leave`.
    Over,
}

// The point is never pinned: it is only used by reference.
impl<P> Unpin for Pending<P> {}

impl<P: YieldPoint> Pending<P> {
    pub(super) fn new(point: P, runner: Runner) -> Self {
        Pending { point, runner, state: State::New }
    }

    /// Asks the point once: for its result, or to wait for a value.
    fn look(&mut self, cx: &mut Context<'_>) -> Poll<Result<P::Output>> {
        let Pending { point, runner, state } = self;
        if let State::New = state {
            point.start(runner)?;
            *state = State::Started;
        }
        let was_waiting = matches!(state, State::Waiting);
        if was_waiting {
            runner.forget();
            *state = State::Started;
        }
        let stored = runner.stored();
        if let Some(result) = point.try_result(runner)? {
            return Poll::Ready(Ok(result));
        }
        if let Some(error) = runner.take_thrown(cx.waker()) {
            return Poll::Ready(Err(error));
        }
        *state = State::Waiting;
        if !runner.wait(cx.waker(), stored) {
            // A value has come since the point was asked. It is asked in the next poll, because a
            // point that stores values itself would never let this one end.
            cx.waker().wake_by_ref();
        }
        report_before_wait(cx.waker(), was_waiting);
        self.say(cx.waker());
        Poll::Pending
    }

    #[inline]
    fn say(&self, waker: &Waker) {
        if in_flight::any_in_flight() {
            self.say_keys(waker);
        }
    }

    #[cold]
    fn say_keys(&self, waker: &Waker) {
        answering::say(self, waker, self.runner.wakers(), |shown| {
            let (keys, more) = if shown.keys { self.runner.awaited_keys() } else { Default::default() };
            WaitsFor::Keys { point: type_name::<P>(), keys, more }
        });
    }
}

impl<P> Pending<P> {
    /// Takes its wakers out, and refuses further errors.
    #[inline]
    fn leave(&mut self) {
        if let State::Waiting = std::mem::replace(&mut self.state, State::Over) {
            self.runner.forget();
        }
        self.runner.close();
    }
}

impl<P: YieldPoint> Future for Pending<P> {
    type Output = Result<P::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // As with any future, polling it after it was ready is a mistake of the caller.
        assert!(!matches!(this.state, State::Over), "a yield point was polled after it was ready");
        let polled = this.look(cx);
        if polled.is_ready() {
            this.leave();
        }
        polled
    }
}

impl<P> Drop for Pending<P> {
    fn drop(&mut self) {
        if !matches!(self.state, State::Over) {
            self.leave();
        }
    }
}
