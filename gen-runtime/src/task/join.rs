//! The join state of a task that is sent to a loop: its result, or the waker of the future that
//! waits for it.
//!
//! | state of the cell | the task ends: `finish` | its loop closes: `close` | the handle is polled: `poll` | the handle is dropped: `detach` |
//! |---|---|---|---|---|
//! | empty: the task runs | `Done`; the waiter is woken | `Closed`; the waiter is woken | pending | `Detached` |
//! | `SpawnedInDrop`: the task runs, and its handle was not polled | `Done` | `Closed` | becomes empty; pending | `Detached`, by no timeout |
//! | `Detached`: the task runs without a handle | the result is handed back, to be reported | `Closed` | | |
//! | `Done`: the task has ended | | | gives the result: `Taken` | the result is handed back, to be reported |
//! | `Taken`: the handle has given the result, or was dropped | | | an error | |
//! | `Closed`: the task has not ended, and was dropped with its loop | | | an error; the task has not failed, and nothing is reported | |

use std::mem;
use std::task::{Poll, Waker};

use crate::report::{is_timing_out, Detached};
use crate::waiter::{Stage, Waiter, WaiterCell};
use crate::Result;

pub(super) struct JoinState<T>(WaiterCell<Joined<T>>);

enum Joined<T> {
    /// A destructor that a timeout ran has spawned the task, and its handle was not polled yet.
    ///
    /// Without this state the failure of a clean-up would be reported as one after the timeout, or
    /// silenced by the timeout's `quiet`.
    SpawnedInDrop,
    Detached(Detached),
    Done(Result<T>),
    Taken,
    Closed,
}

/// The reason why there is no result, and will be none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoResult {
    /// The handle was polled after it had given the result.
    Taken,
    /// The task was dropped before its end.
    Closed,
}

/// The result of a poll of the handle.
pub(super) type PolledResult<T> = Poll<std::result::Result<Result<T>, NoResult>>;

impl<T> JoinState<T> {
    pub(super) fn new() -> Self {
        let cell = WaiterCell::default();
        if is_timing_out() {
            drop(cell.replace(Joined::SpawnedInDrop));
        }
        JoinState(cell)
    }

    /// Keeps the result for the handle. If the handle was dropped, returns the result, and why it
    /// was dropped.
    pub(super) fn finish(&self, result: Result<T>) -> std::result::Result<(), (Result<T>, Detached)> {
        let before = self.0.with(|stage| match stage {
            Stage::Full(Joined::Detached(why)) => Err((result, *why)),
            _ => Ok(mem::replace(stage, Stage::Full(Joined::Done(result)))),
        })?;
        before.wake();
        Ok(())
    }

    /// Ends the wait of the handle, because the loop was dropped.
    pub(super) fn close(&self) {
        self.0.replace(Joined::Closed).wake();
    }

    /// Gives the result, or has `waker` woken when it is there.
    pub(super) fn poll(&self, waker: &Waker) -> PolledResult<T> {
        let polled = self.0.poll(waker, |joined| match joined {
            Joined::SpawnedInDrop => None,
            Joined::Closed => Some(Err(NoResult::Closed)),
            _ => match mem::replace(joined, Joined::Taken) {
                Joined::Done(result) => Some(Ok(result)),
                _ => Some(Err(NoResult::Taken)),
            },
        });
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(result)) => Poll::Ready(result),
            Poll::Ready(None) => {
                self.0.with(|stage| {
                    if let Stage::Full(Joined::SpawnedInDrop) = stage {
                        *stage = Stage::Empty(Waiter::default());
                    }
                });
                self.poll(waker)
            }
        }
    }

    /// The handle was dropped: returns the result that it has not read.
    pub(super) fn detach(&self) -> Option<Result<T>> {
        let before = self.0.with(|stage| {
            let next = match stage {
                Stage::Empty(_) => Joined::Detached(Detached::now()),
                Stage::Full(Joined::SpawnedInDrop) => Joined::Detached(Detached::Unwatched),
                Stage::Full(_) => Joined::Taken,
            };
            mem::replace(stage, Stage::Full(next))
        });
        match before.into_value() {
            Some(Joined::Done(result)) => Some(result),
            _ => None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.with(|stage| {
            use Joined::{Detached, SpawnedInDrop};
            !matches!(stage, Stage::Empty(_) | Stage::Full(SpawnedInDrop | Detached(_)))
        })
    }
}
