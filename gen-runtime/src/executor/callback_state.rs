//! The stages of a [`CallbackContext`](super::CallbackContext).
//!
//! | stage | `offer`: an error | `abandon`: the last callback is dropped | `end` | `poll` | `close` |
//! |---|---|---|---|---|---|
//! | open | caught; the waiter is woken | abandoned; the waiter is woken | ended: `true` | open; keeps the waker | ended |
//! | abandoned | caught | (cannot be) | ended: `true` | doubted, and woken; at last ended: abandoned | ended |
//! | caught | refused: goes outward | caught | `false` | ended, with the error | ended; the error goes outward |
//! | ended | refused: goes outward | ended | `false` | nothing | ended |

use std::mem;
use std::task::Waker;

use super::drops::Doubt;
use super::unhandled_error::UnhandledError;
use crate::error::Error;
use crate::sync::{lock, Mutex};

pub(super) struct CallbackContextState(Mutex<Stage>);

enum Stage {
    Open(Option<Waker>),
    Abandoned(Doubt),
    Caught(UnhandledError),
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

impl Stage {
    /// Whether the end is still to come.
    fn is_open(&self) -> bool {
        matches!(self, Stage::Open(_) | Stage::Abandoned(_))
    }

    /// Wakes the waiter of a stage that was replaced.
    fn wake(self) {
        if let Stage::Open(Some(waker)) = self {
            waker.wake();
        }
    }
}

impl CallbackContextState {
    pub(super) fn new() -> Self {
        CallbackContextState(Mutex::new(Stage::Open(None)))
    }

    pub(super) fn is_open(&self) -> bool {
        lock(&self.0).is_open()
    }

    /// Takes the error, or gives it back.
    pub(super) fn offer(&self, error: UnhandledError) -> Result<(), UnhandledError> {
        match self.replace_if(Stage::is_open, Stage::Caught(error)) {
            Ok(before) => {
                before.wake();
                Ok(())
            }
            Err(Stage::Caught(error)) => Err(error),
            // What is given back is what was to replace it.
            Err(_) => Ok(()),
        }
    }

    pub(super) fn abandon(&self) {
        let is_waiting = |stage: &Stage| matches!(stage, Stage::Open(_));
        if let Ok(before) = self.replace_if(is_waiting, Stage::Abandoned(Doubt::NEW)) {
            before.wake();
        }
    }

    /// Returns whether it was open: whether this is the end that counts.
    pub(super) fn end(&self) -> bool {
        self.replace_if(Stage::is_open, Stage::Ended).is_ok()
    }

    /// Returns the error or the abandonment, once; until there is one, `waker` is kept.
    pub(super) fn poll(&self, waker: &Waker) -> Polled {
        // Cloned here, and what is replaced is dropped, outside of the lock.
        let waker = waker.clone();
        let mut stage = lock(&self.0);
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
            Stage::Abandoned(_) | Stage::Caught(_) => mem::replace(&mut *stage, Stage::Ended),
        };
        drop(stage);
        match last {
            Stage::Caught(error) => Polled::Failed(error.into_error()),
            _ => Polled::Abandoned,
        }
    }

    /// Ends it; returns an error that was not polled for.
    pub(super) fn close(&self) -> Option<UnhandledError> {
        match self.replace_if(|_| true, Stage::Ended) {
            Ok(Stage::Caught(error)) => Some(error),
            _ => None,
        }
    }

    /// Changes the stage if `is` holds, and returns the old one; else gives the new one back.
    fn replace_if(&self, is: impl FnOnce(&Stage) -> bool, next: Stage) -> Result<Stage, Stage> {
        let mut stage = lock(&self.0);
        if is(&stage) {
            Ok(mem::replace(&mut *stage, next))
        } else {
            Err(next)
        }
    }
}
