//! The future that a yield point becomes.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::runner::Runner;
use super::waiters::WaiterId;
use super::YieldPoint;
use crate::executor::tell_now;
use crate::Result;

/// A yield point that is waited for.
pub struct Pending<P> {
    point: P,
    runner: Runner,
    state: State,
}

enum State {
    /// Not polled yet.
    New,
    /// Started, and never had to wait.
    Started,
    /// Its wakers are where it asked.
    Waiting(WaiterId),
    /// It has had its result, or is gone.
    Over,
}

/// The point is only ever used by reference.
impl<P> Unpin for Pending<P> {}

impl<P: YieldPoint> Pending<P> {
    pub(super) fn new(point: P, runner: Runner) -> Self {
        Pending { point, runner, state: State::New }
    }

    /// One look at the point: a result, or a wait for news.
    fn look(&mut self, cx: &mut Context<'_>) -> Poll<Result<P::Output>> {
        let Pending { point, runner, state } = self;
        if let State::New = state {
            point.start(runner)?;
            *state = State::Started;
        }
        if let State::Waiting(id) = state {
            runner.forget(*id);
        }
        let stored = runner.stored();
        if point.is_ready(runner)? {
            return Poll::Ready(point.get_result(runner));
        }
        if let Some(error) = runner.take_thrown(cx.waker()) {
            return Poll::Ready(Err(error));
        }
        let id = match state {
            State::Waiting(id) => *id,
            _ => WaiterId::new(),
        };
        *state = State::Waiting(id);
        if !runner.wait(id, cx.waker(), stored) {
            // There was news since it was asked. It is not asked again at once: a point that stores values itself would never let go.
            cx.waker().wake_by_ref();
        }
        tell_now();
        Poll::Pending
    }
}

impl<P> Pending<P> {
    /// Takes it out of what it waits for.
    fn leave(&mut self) {
        if let State::Waiting(id) = std::mem::replace(&mut self.state, State::Over) {
            self.runner.forget(id);
        }
        self.runner.close();
    }
}

impl<P: YieldPoint> Future for Pending<P> {
    type Output = Result<P::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // As of any future: to poll it again after it was ready is a mistake of the caller.
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
