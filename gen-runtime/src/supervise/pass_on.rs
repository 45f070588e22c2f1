//! A supervisor passes on what is in flight for it: a cancellation, or a question.

use std::task::{Context, Poll};
use std::time::Duration;

use super::body::AnyBody;
use super::entry::Stage;
use super::outcome::Outcome;
use super::supervising::{State, Supervising};
use crate::inject::question::{Children as Answered, Shown};
use crate::inject::{answering, in_flight, Cancellation};

impl<C: AnyBody> Supervising<C> {
    /// If a cancellation is in flight for the supervisor, takes it and shuts down. If a question
    /// is, asks all children.
    #[cold]
    pub(super) fn pass_on(&mut self, cx: &Context<'_>) {
        if let Some(cancellation) = in_flight::take_cancel(cx.waker()) {
            in_flight::without_injected_apart(|| self.cancel(cancellation));
        } else if let Some(shown) = answering::question(cx.waker()) {
            let (answer, _) = self.ask_all(shown);
            if !self.is_over() {
                answering::say_children(&self.inbox, cx.waker(), 0, answer);
            }
        }
        in_flight::without_injected_apart(|| self.advance());
        if !self.is_over() {
            self.mark.stays_pending(cx.waker());
        }
    }

    /// The first cancellation begins the shutdown. A further one goes to the children that are
    /// cleaning up.
    fn cancel(&mut self, cancellation: Cancellation) {
        if matches!(self.state, State::Ending(..)) {
            for slot in self.children.in_order() {
                self.with_child(slot, |entry, cx| match entry.stage() {
                    Stage::Stopping => entry.stop(&cancellation, cx),
                    _ => Poll::Pending,
                });
            }
        } else {
            self.shut_down(cancellation.clone(), Outcome::Cancelled(cancellation));
        }
    }

    /// Answers a question in a poll that does nothing else. If a run has ended by that, asks for
    /// the next poll, which goes on.
    #[cold]
    pub(super) fn answer_only(&mut self, cx: &Context<'_>) {
        if let Some(shown) = answering::question(cx.waker()) {
            let (answer, has_ended) = self.ask_all(shown);
            answering::say_children(&self.inbox, cx.waker(), 0, answer);
            if has_ended {
                cx.waker().wake_by_ref();
            }
        }
    }

    /// Asks all children, in order. A run that ends then has ended, as if it had been woken.
    /// Returns whether one has.
    fn ask_all(&mut self, shown: Shown) -> (Answered, bool) {
        let mut answer = Answered::new("a supervisor", None);
        let mut has_ended = false;
        let left = match &self.state {
            State::Starting(_, Some(sleep)) => sleep.left(),
            State::Starting(_, None) => Some(Duration::ZERO),
            _ => None,
        };
        for slot in self.children.in_order() {
            let mut child = None;
            has_ended |= self.with_child(slot, |entry, cx| {
                let (polled, asked) = entry.ask(shown, left, cx);
                child = asked;
                polled
            });
            answer.unfinished.extend(child);
        }
        (answer, has_ended)
    }
}
