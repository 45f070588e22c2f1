//! A context that is no task: of what a function schedules whose callback a future waits for
//! ([`gen::from_callback`](crate::from_callback)).
//!
//! It takes one error for that future, until it has ended; later errors go outward. It also knows
//! whether the future can still be called back: see `callback_state.rs`.

use std::sync::Arc;
use std::task::Waker;

use super::callback_state::{CallbackContextState, Polled};
use super::current::capture;
use super::current_context::{enter, CurrentContext, EnteredContext};
use super::drops::{abandon, Abandon};
use super::error_context::ErrorContext;
use super::route::deliver_error;

pub(crate) struct CallbackContext(Arc<ErrorContext>);

impl CallbackContext {
    /// Within the present context.
    pub(crate) fn new() -> Self {
        CallbackContext(ErrorContext::catching(CallbackContextState::new(), capture()))
    }

    /// Makes it the present context.
    pub(crate) fn enter(&self) -> EnteredContext {
        enter(CurrentContext::Captured(Some(Arc::clone(&self.0))))
    }

    /// From now on errors go outward. Returns whether it was open: whether this is the end that
    /// counts.
    pub(crate) fn end(&self) -> bool {
        let is_first = self.state().end();
        if is_first {
            self.0.set_ended();
        }
        is_first
    }

    /// The last callback was dropped. Does nothing if the context has ended.
    pub(crate) fn abandon(&self) {
        if self.state().is_open() {
            abandon(Arc::clone(&self.0) as Arc<dyn Abandon>);
        }
    }

    /// Returns what has happened, once; until then it keeps `waker`.
    pub(crate) fn poll(&self, waker: &Waker) -> Polled {
        let polled = self.state().poll(waker);
        if !matches!(polled, Polled::Nothing) {
            self.0.set_ended();
        }
        polled
    }

    /// The future was dropped: an error that it did not take goes outward.
    pub(crate) fn close(&self) {
        self.0.set_ended();
        if let Some(error) = self.state().close() {
            deliver_error(error, self.0.outer());
        }
    }

    fn state(&self) -> &CallbackContextState {
        self.0.callback_state().expect("`new` made it with such a state")
    }
}

impl Abandon for ErrorContext {
    fn abandon(&self) {
        if let Some(state) = self.callback_state() {
            state.abandon();
        }
    }
}
