//! The stages of a [`CallbackContext`](super::callback_context::CallbackContext).
//!
//! | stage | `offer`: an error | `abandon`: the last callback is dropped | `end` | `poll` | `close` |
//! |---|---|---|---|---|---|
//! | open: the cell is empty | `Failed`; the waiter is woken | `Abandoned`; the waiter is woken | `Ended`; returns `true` | keeps the waker | `Ended` |
//! | `Abandoned` | `Failed` | impossible | `Ended`; returns `true` | wakes the waiter, until the [`Doubt`] is over; then `Ended`, and returns the abandonment | `Ended` |
//! | `Failed` | refused: the error goes outward | nothing | returns `false` | `Ended`; returns the error | `Ended`; the error goes outward |
//! | `Ended` | refused: the error goes outward | nothing | returns `false` | returns nothing | nothing |

use std::mem;
use std::task::{Poll, Waker};

use super::drops::Doubt;
use super::unhandled_error::UnhandledError;
use crate::error::Error;
use crate::inject::answering;
use crate::waiter::{Stage, Waiter, WaiterCell};

pub(super) struct CallbackContextState(WaiterCell<CallbackStage>);

/// The stages after the open one.
enum CallbackStage {
    Abandoned(Doubt),
    Failed(UnhandledError),
    Ended,
}

/// The result of a poll of the context, or of its call.
#[derive(Debug)]
pub(crate) enum Polled {
    /// Nothing has come: the future is pending, and was so `before` in an earlier poll, or was not.
    Nothing {
        before: bool,
    },
    Failed(Error),
    /// The last callback was dropped, and no error has come.
    Abandoned,
    /// The call is done: there is a result, or was one.
    Done,
}

/// Whether neither an error nor the end has come.
fn is_open(stage: &Stage<CallbackStage>) -> bool {
    matches!(stage, Stage::Empty(_) | Stage::Full(CallbackStage::Abandoned(_)))
}

impl CallbackContextState {
    pub(super) fn new() -> Self {
        CallbackContextState(WaiterCell::default())
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.with(|stage| is_open(stage))
    }

    /// Takes the error, or gives it back.
    pub(super) fn offer(&self, error: UnhandledError) -> Result<(), UnhandledError> {
        match self.replace_if_open(CallbackStage::Failed(error)) {
            Ok(before) => {
                before.wake();
                Ok(())
            }
            Err(CallbackStage::Failed(error)) => Err(error),
            // The stage that is given back is the one that was passed.
            Err(_) => Ok(()),
        }
    }

    pub(super) fn abandon(&self) {
        // The cell gives it back if an error or the end has come before.
        drop(self.0.put(CallbackStage::Abandoned(Doubt::NEW)));
    }

    /// Returns whether the context was open.
    pub(super) fn end(&self) -> bool {
        self.replace_if_open(CallbackStage::Ended).is_ok()
    }

    /// Exchanges the waiter, if the cell is empty.
    pub(super) fn swap_waiter(&self, waiter: &mut Waiter) {
        self.0.with(|stage| {
            if let Stage::Empty(kept) = stage {
                mem::swap(kept, waiter);
            }
        });
    }

    /// Returns the error or the abandonment, once. Until there is one, it keeps `waker`.
    pub(super) fn poll(&self, waker: &Waker) -> Polled {
        let stage = self.0.poll(waker, |stage| match stage {
            CallbackStage::Abandoned(doubt) if !doubt.is_over() => {
                // A poll that only asks is not counted.
                if !answering::is_asked(waker) {
                    doubt.count_poll();
                }
                None
            }
            _ => Some(mem::replace(stage, CallbackStage::Ended)),
        });
        match stage {
            Poll::Pending | Poll::Ready(Some(CallbackStage::Ended)) => Polled::Nothing { before: false },
            Poll::Ready(None) => {
                waker.wake_by_ref();
                Polled::Nothing { before: false }
            }
            Poll::Ready(Some(CallbackStage::Failed(error))) => Polled::Failed(error.into_error()),
            Poll::Ready(Some(CallbackStage::Abandoned(_))) => Polled::Abandoned,
        }
    }

    /// Ends the context. Returns an error that no poll has taken.
    pub(super) fn close(&self) -> Option<UnhandledError> {
        match self.0.replace(CallbackStage::Ended).into_value() {
            Some(CallbackStage::Failed(error)) => Some(error),
            _ => None,
        }
    }

    /// Fills the cell if the context is open, and returns its stage before; else gives `next` back.
    fn replace_if_open(&self, next: CallbackStage) -> Result<Stage<CallbackStage>, CallbackStage> {
        self.0.with(|stage| match is_open(stage) {
            true => Ok(mem::replace(stage, Stage::Full(next))),
            false => Err(next),
        })
    }
}
