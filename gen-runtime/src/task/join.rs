//! Where a task's result is, and who waits for it.
//!
//! | stage | the task ends | its loop closes | the handle is polled | the handle is dropped |
//! |---|---|---|---|---|
//! | `Running` | `Done` | `Closed` | `Awaited` | `Detached` |
//! | `Awaited` | `Done`; the waiter is woken | `Closed`; the waiter is woken | `Awaited` by the latest waker | `Detached` |
//! | `Detached` | the result is handed back, to be reported | `Closed` | | |
//! | `Done` | | | gives the result: `Gone` | the result is handed back, to be reported |
//! | `Gone` | | | an error | |
//! | `Closed` | | | an error; it was no failure of the task's, and is not reported | |
//!
//! Each function locks, changes the stage, unlocks. What is to be dropped or woken is handed out, or kept
//! until the lock is gone, because that may run anybody's code.
use std::mem;
use std::task::{Poll, Waker};

use crate::report::{Detached, SpawnedBy};
use crate::sync::{lock, Mutex, MutexGuard};
use crate::Result;

pub(super) struct JoinState<T> {
    stage: Mutex<Stage<T>>,
}

enum Stage<T> {
    Running(SpawnedBy),
    Awaited(Waker),
    Detached(Detached),
    Done(Result<T>),
    Gone,
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
pub(super) type PolledResult<T> = std::result::Result<Poll<Result<T>>, NoResult>;

impl<T> JoinState<T> {
    pub(super) fn new() -> Self {
        JoinState { stage: Mutex::new(Stage::Running(SpawnedBy::now())) }
    }

    /// The task has ended. Gives whom to wake, or the result if nobody has a handle, and why.
    pub(super) fn finish(
        &self,
        result: Result<T>,
    ) -> std::result::Result<Option<Waker>, (Result<T>, Detached)> {
        let mut stage = self.lock();
        if let Stage::Detached(why) = *stage {
            return Err((result, why));
        }
        match mem::replace(&mut *stage, Stage::Done(result)) {
            Stage::Awaited(waker) => Ok(Some(waker)),
            _ => Ok(None),
        }
    }

    /// The task will not end: its loop is gone. Gives whom to wake.
    pub(super) fn close(&self) -> Option<Waker> {
        let old = mem::replace(&mut *self.lock(), Stage::Closed);
        match old {
            Stage::Awaited(waker) => Some(waker),
            _ => None,
        }
    }

    /// Gives the result, or keeps `waker` for when it is there.
    pub(super) fn poll(&self, waker: &Waker) -> PolledResult<T> {
        if let Some(joined) = self.take(waker) {
            return joined;
        }
        // Another waker than the last time: cloned, and the old one dropped, while nothing is locked.
        let spare = self.swap_waiter(waker.clone());
        drop(spare);
        // It may have ended between the locks.
        self.take(waker).unwrap_or(Ok(Poll::Pending))
    }

    /// Puts a waiter in place; gives what was there, or the waiter back if the task has ended.
    fn swap_waiter(&self, waker: Waker) -> Option<Waker> {
        let mut stage = self.lock();
        match &mut *stage {
            Stage::Running(_) => {
                *stage = Stage::Awaited(waker);
                None
            }
            Stage::Awaited(old) => Some(mem::replace(old, waker)),
            _ => Some(waker),
        }
    }

    /// `None` if the task is running and does not wake that very waker.
    fn take(&self, waker: &Waker) -> Option<PolledResult<T>> {
        let mut stage = self.lock();
        match &*stage {
            Stage::Awaited(old) if old.will_wake(waker) => Some(Ok(Poll::Pending)),
            Stage::Running(_) | Stage::Awaited(_) | Stage::Detached(_) => None,
            Stage::Gone => Some(Err(NoResult::Taken)),
            Stage::Closed => Some(Err(NoResult::Closed)),
            Stage::Done(_) => match mem::replace(&mut *stage, Stage::Gone) {
                Stage::Done(result) => Some(Ok(Poll::Ready(result))),
                _ => None,
            },
        }
    }

    /// The handle is gone. Gives the result that it did not read.
    pub(super) fn detach(&self) -> Option<Result<T>> {
        let old = {
            let mut stage = self.lock();
            let next = match *stage {
                Stage::Running(spawned) => Stage::Detached(Detached::now(spawned)),
                // Somebody has waited: so that was not just now.
                Stage::Awaited(_) => Stage::Detached(Detached::now(SpawnedBy::NO_TIMEOUT)),
                _ => Stage::Gone,
            };
            mem::replace(&mut *stage, next)
        };
        match old {
            Stage::Done(result) => Some(result),
            // A waker is dropped here.
            _ => None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        !matches!(*self.lock(), Stage::Running(_) | Stage::Awaited(_) | Stage::Detached(_))
    }

    /// Nothing panics under this lock but, perhaps, `will_wake` of a foreign waker, which changes nothing:
    /// what is guarded is whole.
    fn lock(&self) -> MutexGuard<'_, Stage<T>> {
        lock(&self.stage)
    }
}
