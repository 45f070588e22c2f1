//! The error context of a call of [`from_callback`](crate::from_callback): a context that is no
//! task.
//!
//! It takes one error of the callbacks that the call schedules, and gives it to the future of the
//! call. When the future has ended, and after the first error, errors go outward. The context also
//! knows whether the future can still be resolved: see `callback_state.rs`. It is made when it is
//! needed: see `callback_call.rs`.

use std::sync::Arc;
use std::task::Waker;

use super::callback_state::{CallbackContextState, Polled};
use super::drops::{abandon, Abandon};
use super::error_context::ErrorContext;
use super::route::deliver_error;
use crate::waiter::Waiter;

pub(super) struct CallbackContext(Arc<ErrorContext>);

impl CallbackContext {
    /// Makes a context outside of all others.
    pub(super) fn new() -> Self {
        CallbackContext(ErrorContext::of_callback(CallbackContextState::new()))
    }

    /// Called before any error can come.
    pub(super) fn set_outer(&self, outer: Option<Arc<ErrorContext>>) {
        self.0.set_outer(outer);
    }

    pub(super) fn get(&self) -> Arc<ErrorContext> {
        Arc::clone(&self.0)
    }

    /// From now on errors go outward. Returns whether the context was open.
    pub(super) fn end(&self) -> bool {
        let is_first = self.state().end();
        if is_first {
            self.0.set_ended();
        }
        is_first
    }

    /// Reports that the last callback was dropped, unless the context has ended.
    pub(super) fn abandon(&self) {
        if self.state().is_open() {
            abandon(Arc::clone(&self.0) as Arc<dyn Abandon>);
        }
    }

    /// Exchanges the waker of the future, if the context is open.
    pub(super) fn swap_waiter(&self, waiter: &mut Waiter) {
        self.state().swap_waiter(waiter);
    }

    /// Returns the error or the abandonment, once. Until there is one, it keeps `waker`.
    pub(super) fn poll(&self, waker: &Waker) -> Polled {
        let polled = self.state().poll(waker);
        if !matches!(polled, Polled::Nothing { .. }) {
            self.0.set_ended();
        }
        polled
    }

    /// Called when the future is dropped. An error that it has not taken goes outward.
    pub(super) fn close(&self) {
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
