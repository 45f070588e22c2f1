//! The error context of a call of [`gen::from_callback`](crate::from_callback): a context that is
//! no task.
//!
//! It takes one error of the callbacks that the call schedules, and gives it to the future of the
//! call. When the future has ended, and after the first error, errors go outward. The context also
//! knows whether the future can still be resolved: see `callback_state.rs`.

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
    /// Makes a context inside of the current one.
    pub(crate) fn new() -> Self {
        CallbackContext(ErrorContext::of_callback(CallbackContextState::new(), capture()))
    }

    /// Makes this the current context until the guard is dropped.
    pub(crate) fn enter(&self) -> EnteredContext {
        enter(CurrentContext::Captured(Some(Arc::clone(&self.0))))
    }

    /// From now on errors go outward. Returns whether the context was open.
    pub(crate) fn end(&self) -> bool {
        let is_first = self.state().end();
        if is_first {
            self.0.set_ended();
        }
        is_first
    }

    /// Reports that the last callback was dropped, unless the context has ended.
    pub(crate) fn abandon(&self) {
        if self.state().is_open() {
            abandon(Arc::clone(&self.0) as Arc<dyn Abandon>);
        }
    }

    /// Returns the error or the abandonment, once. Until there is one, it keeps `waker`.
    pub(crate) fn poll(&self, waker: &Waker) -> Polled {
        let polled = self.state().poll(waker);
        if !matches!(polled, Polled::Nothing) {
            self.0.set_ended();
        }
        polled
    }

    /// Called when the future is dropped. An error that it has not taken goes outward.
    pub(crate) fn close(&self) {
        self.0.set_ended();
        if let Some(error) = self.state().close() {
            deliver_error(error, self.0.outer());
        }
    }

    fn state(&self) -> &CallbackContextState {
        self.0.callback_state().expect("`new` makes it with such a state")
    }
}

impl Abandon for ErrorContext {
    fn abandon(&self) {
        if let Some(state) = self.callback_state() {
            state.abandon();
        }
    }
}
