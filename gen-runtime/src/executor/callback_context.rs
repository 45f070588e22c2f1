//! A context that is no task: what a function schedules whose callback somebody waits for ([`gen::from_callback`](crate::from_callback)).
//!
//! It takes one error, in the waiter's stead, until it has ended; what comes later goes outward. It also knows whether there is still somebody to call back.
//!
//! | stage | an error comes | the last callback is dropped | `end` | `poll` | `close` |
//! |---|---|---|---|---|---|
//! | open | caught; the waiter is woken | abandoned; the waiter is woken | ended: `true` | open; will wake | ended |
//! | abandoned | caught | (cannot be) | ended: `true` | doubted, and woken; at last ended: abandoned | ended |
//! | caught | goes outward | caught | `false` | ended, with the error | ended; the error goes outward |
//! | ended | goes outward | ended | `false` | nothing | ended |
use std::mem;
use std::sync::Arc;
use std::task::Waker;

use super::current_context::{capture, enter, CurrentContext, EnteredContext};
use super::drops::{abandon, Abandon, Doubt};
use super::error_context::ErrorContext;
use super::unhandled_error::UnhandledError;
use crate::error::Error;
use crate::sync::{lock, Mutex};

pub(crate) struct CallbackContext(Arc<ErrorContext>);

/// The state of such a node.
pub(super) struct CallbackContextState(Mutex<Stage>);

enum Stage {
    Open(Option<Waker>),
    Abandoned(Doubt),
    CallbackContextState(UnhandledError),
    Ended,
}

/// What there is for the waiter.
#[derive(Debug)]
pub(crate) enum Polled {
    Nothing,
    Failed(Error),
    /// Nobody can call back any more, and no error has come either.
    Abandoned,
}

impl CallbackContext {
    /// Within the present context.
    pub(crate) fn new() -> Self {
        CallbackContext(ErrorContext::catching(
            CallbackContextState(Mutex::new(Stage::Open(None))),
            capture(),
        ))
    }

    /// Makes it the present context.
    pub(crate) fn enter(&self) -> EnteredContext {
        enter(CurrentContext::Captured(Some(Arc::clone(&self.0))))
    }

    /// From now on errors go outward; answers whether it was open: whether this is the end that counts.
    pub(crate) fn end(&self) -> bool {
        let is_first = self.caught().replace_if(Stage::is_open, Stage::Ended).is_ok();
        if is_first {
            self.0.set_ended();
        }
        is_first
    }

    /// Nobody can call back any more. Does nothing if it has ended.
    pub(crate) fn abandon(&self) {
        if lock(&self.caught().0).is_open() {
            abandon(Arc::clone(&self.0) as Arc<dyn Abandon>);
        }
    }

    /// The news, once; else wakes `waker` when there are some.
    pub(crate) fn poll(&self, waker: &Waker) -> Polled {
        // Cloned here, and what is replaced is dropped, outside of the lock.
        let waker = waker.clone();
        let mut stage = lock(&self.caught().0);
        let last = match &mut *stage {
            Stage::Ended => return Polled::Nothing,
            Stage::Open(before) => {
                let before = before.replace(waker);
                drop(stage);
                drop(before);
                return Polled::Nothing;
            }
            Stage::Abandoned(doubt) if !doubt.is_over() => {
                doubt.lessen();
                drop(stage);
                waker.wake();
                return Polled::Nothing;
            }
            Stage::Abandoned(_) | Stage::CallbackContextState(_) => mem::replace(&mut *stage, Stage::Ended),
        };
        drop(stage);
        self.0.set_ended();
        match last {
            Stage::CallbackContextState(failure) => Polled::Failed(failure.into_error()),
            _ => Polled::Abandoned,
        }
    }

    /// Nobody waits any more: an error that was not looked at goes outward.
    pub(crate) fn close(&self) {
        self.0.set_ended();
        if let Ok(Stage::CallbackContextState(failure)) = self.caught().replace_if(|_| true, Stage::Ended) {
            failure.deliver(self.0.outer());
        }
    }

    fn caught(&self) -> &CallbackContextState {
        self.0.caught().expect("it was made as one that catches")
    }
}

impl Stage {
    /// Whether the end is still to come.
    fn is_open(&self) -> bool {
        matches!(self, Stage::Open(_) | Stage::Abandoned(_))
    }

    /// Of a stage that was replaced: wakes who waited in it.
    fn wake(self) {
        if let Stage::Open(Some(waker)) = self {
            waker.wake();
        }
    }
}

impl CallbackContextState {
    pub(super) fn offer(&self, failure: UnhandledError) -> Result<(), UnhandledError> {
        match self.replace_if(Stage::is_open, Stage::CallbackContextState(failure)) {
            Ok(before) => {
                before.wake();
                Ok(())
            }
            Err(Stage::CallbackContextState(failure)) => Err(failure),
            // What is given back is what was to replace it.
            Err(_) => Ok(()),
        }
    }

    /// Changes the stage, if it is such a one, and gives the old one; else gives the new one back.
    fn replace_if(&self, is: impl FnOnce(&Stage) -> bool, next: Stage) -> Result<Stage, Stage> {
        let mut stage = lock(&self.0);
        if is(&stage) {
            Ok(mem::replace(&mut *stage, next))
        } else {
            Err(next)
        }
    }
}

impl Abandon for ErrorContext {
    fn abandon(&self) {
        let Some(caught) = self.caught() else { return };
        let is_waiting = |stage: &Stage| matches!(stage, Stage::Open(_));
        if let Ok(before) = caught.replace_if(is_waiting, Stage::Abandoned(Doubt::NEW)) {
            before.wake();
        }
    }
}
