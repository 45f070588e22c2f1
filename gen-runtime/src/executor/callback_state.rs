//! The stages of a [`CallbackContext`](super::CallbackContext).
//!
//! | stage | `offer`: an error | `abandon`: the last callback is dropped | `end` | `poll` | `close` |
//! |---|---|---|---|---|---|
//! | open | caught; the waiter is woken | abandoned; the waiter is woken | ended: `true` | open; keeps the waker | ended |
//! | abandoned | caught | (cannot be) | ended: `true` | doubted, and woken; at last ended: abandoned | ended |
//! | caught | refused: goes outward | caught | `false` | ended, with the error | ended; the error goes outward |
//! | ended | refused: goes outward | ended | `false` | nothing | ended |

use std::mem;
use std::task::{Poll, Waker};

use super::drops::Doubt;
use super::unhandled_error::UnhandledError;
use crate::error::Error;
use crate::waiter::{Stage, WaiterCell};

/// The context is open as long as the cell is empty.
pub(super) struct CallbackContextState(WaiterCell<Caught>);

enum Caught {
    Abandoned(Doubt),
    Failed(UnhandledError),
    Ended,
}

/// What a poll of a callback's future finds.
#[derive(Debug)]
pub(crate) enum Polled {
    Nothing,
    Failed(Error),
    /// The last callback was dropped, and no error has come either.
    Abandoned,
}

/// Whether the end is still to come.
fn is_open(stage: &Stage<Caught>) -> bool {
    matches!(stage, Stage::Empty(_) | Stage::Full(Caught::Abandoned(_)))
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
        match self.replace_if_open(Caught::Failed(error)) {
            Ok(before) => {
                before.wake();
                Ok(())
            }
            Err(Caught::Failed(error)) => Err(error),
            // What is given back is what was to replace it.
            Err(_) => Ok(()),
        }
    }

    pub(super) fn abandon(&self) {
        // It is given back where an error has come before, or the end.
        drop(self.0.put(Caught::Abandoned(Doubt::NEW)));
    }

    /// Returns whether it was open: whether this is the end that counts.
    pub(super) fn end(&self) -> bool {
        self.replace_if_open(Caught::Ended).is_ok()
    }

    /// Returns the error or the abandonment, once; until there is one, `waker` is kept.
    pub(super) fn poll(&self, waker: &Waker) -> Polled {
        let caught = self.0.poll(waker, |caught| match caught {
            Caught::Abandoned(doubt) if !doubt.is_over() => {
                doubt.lessen();
                None
            }
            _ => Some(mem::replace(caught, Caught::Ended)),
        });
        match caught {
            Poll::Pending | Poll::Ready(Some(Caught::Ended)) => Polled::Nothing,
            Poll::Ready(None) => {
                waker.wake_by_ref();
                Polled::Nothing
            }
            Poll::Ready(Some(Caught::Failed(error))) => Polled::Failed(error.into_error()),
            Poll::Ready(Some(Caught::Abandoned(_))) => Polled::Abandoned,
        }
    }

    /// Ends it; returns an error that was not polled for.
    pub(super) fn close(&self) -> Option<UnhandledError> {
        match self.0.replace(Caught::Ended).into_value() {
            Some(Caught::Failed(error)) => Some(error),
            _ => None,
        }
    }

    /// Fills the cell if the end is still to come, and returns what it held; else gives `next` back.
    fn replace_if_open(&self, next: Caught) -> Result<Stage<Caught>, Caught> {
        self.0.with(|stage| match is_open(stage) {
            true => Ok(mem::replace(stage, Stage::Full(next))),
            false => Err(next),
        })
    }
}
