//! The result of a task, and the handle that waits for it.
//!
//! | state of the cell | the task ends | its loop closes | the handle is polled | the handle is dropped |
//! |---|---|---|---|---|
//! | empty | `Done`; the waiter is woken | `Closed`; the waiter is woken | pending | `Detached` |
//! | `SpawnedInDrop` | `Done` | `Closed` | empty | `Detached`, by no timeout |
//! | `Detached` | the result is handed back, to be reported | `Closed` | | |
//! | `Done` | | | gives the result: `Taken` | the result is handed back, to be reported |
//! | `Taken` | | | an error | |
//! | `Closed` | | | an error; the task has not failed, and nothing is reported | |

use std::mem;
use std::task::{Poll, Waker};

use crate::report::{is_timing_out, Detached};
use crate::waiter::{Stage, Waiter, WaiterCell};
use crate::Result;

pub(super) struct JoinState<T>(WaiterCell<Joined<T>>);

enum Joined<T> {
    /// A destructor that a timeout ran has spawned the task, and nobody has waited for it yet.
    ///
    /// Without this state the failure of a clean-up would be reported as one after the timeout, and
    /// would be silenced with what that is to keep quiet.
    SpawnedInDrop,
    Detached(Detached),
    Done(Result<T>),
    Taken,
    Closed,
}

/// Why there is no result, and never will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoResult {
    /// The handle was polled after it had given the result.
    Taken,
    /// The loop was dropped.
    Closed,
}

/// What a handle gets when it is polled.
pub(super) type PolledResult<T> = Poll<std::result::Result<Result<T>, NoResult>>;

impl<T> JoinState<T> {
    pub(super) fn new() -> Self {
        let cell = WaiterCell::default();
        if is_timing_out() {
            drop(cell.replace(Joined::SpawnedInDrop));
        }
        JoinState(cell)
    }

    /// The task has ended. Gives the result back if the handle was dropped, and why it was.
    pub(super) fn finish(&self, result: Result<T>) -> std::result::Result<(), (Result<T>, Detached)> {
        let before = self.0.with(|stage| match stage {
            Stage::Full(Joined::Detached(why)) => Err((result, *why)),
            _ => Ok(mem::replace(stage, Stage::Full(Joined::Done(result)))),
        })?;
        before.wake();
        Ok(())
    }

    /// The task will not end: its loop is gone.
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

    /// The handle is gone. Gives the result that it did not read.
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
