//! What the two sides of a promise share; see the table of the module.

use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::errors::{AlreadySetError, BrokenPromiseError};
use super::waiters::{Place, Waiters};
use crate::sync::{lock, Mutex};
use crate::task::{report_unread, Detached, SpawnedBy};
use crate::Result;

/// How a failure is called that is logged.
const WHAT: &str = "a promise";

/// A promise's state, with one lock around all.
pub(super) struct Shared<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    /// How many futures there are.
    readers: usize,
    stage: Stage<T>,
}

enum Stage<T> {
    Pending(Waiters),
    /// There are no futures any more, and that is why.
    Abandoned(Detached),
    /// Whether the result needs no telling: somebody has seen it, or it is nobody's failure.
    Done {
        result: Result<T>,
        told: bool,
    },
    Over,
}

impl<T> Shared<T> {
    /// That of a pending promise with one future.
    pub(super) fn new() -> Arc<Self> {
        let stage = Stage::Pending(Waiters::default());
        Arc::new(Shared { state: Mutex::new(State { readers: 1, stage }) })
    }

    // ---- the promise ------------------------------------------------------------------------------

    pub(super) fn is_set(&self) -> bool {
        matches!(lock(&self.state).stage, Stage::Done { .. } | Stage::Over)
    }

    /// Sets the result, if there is none yet.
    pub(super) fn set(&self, result: Result<T>) -> Result<(), AlreadySetError> {
        self.finish(result, false)
    }

    /// The promise is gone. If it was not set, that is told to whoever waits, but is nobody's failure: it is not logged.
    pub(super) fn break_promise(&self) {
        let pending = matches!(lock(&self.state).stage, Stage::Pending(_));
        if pending {
            // There is no other promise that could have set it meanwhile.
            let _ = self.finish(Err(BrokenPromiseError::of::<T>().into()), true);
        }
    }

    fn finish(&self, result: Result<T>, told: bool) -> Result<(), AlreadySetError> {
        let mut state = lock(&self.state);
        match mem::replace(&mut state.stage, Stage::Over) {
            Stage::Pending(waiters) => {
                state.stage = Stage::Done { result, told };
                drop(state);
                waiters.wake();
                Ok(())
            }
            Stage::Abandoned(why) => {
                drop(state);
                match result {
                    Err(error) if !told => why.report(WHAT, &error),
                    _ => {}
                }
                Ok(())
            }
            before @ (Stage::Done { .. } | Stage::Over) => {
                state.stage = before;
                drop(state);
                // The second result is dropped here, outside of the lock.
                drop(result);
                Err(AlreadySetError::of::<T>())
            }
        }
    }

    // ---- the futures ------------------------------------------------------------------------------

    pub(super) fn add_reader(&self) {
        lock(&self.state).readers += 1;
    }

    /// A future is gone; with the last one goes the result.
    pub(super) fn remove_reader(&self, place: Option<Place>) {
        let mut state = lock(&self.state);
        state.readers -= 1;
        if state.readers > 0 {
            let waker = match (&mut state.stage, place) {
                (Stage::Pending(waiters), Some(place)) => waiters.remove(place),
                _ => None,
            };
            drop(state);
            drop(waker);
            return;
        }
        let next = match state.stage {
            Stage::Pending(_) => Stage::Abandoned(Detached::now(SpawnedBy::NOBODY)),
            _ => Stage::Over,
        };
        let before = mem::replace(&mut state.stage, next);
        drop(state);
        if let Stage::Done { result: Err(error), told: false } = &before {
            report_unread(WHAT, error);
        }
    }

    /// A clone of the result, if it is there: from then on it needs no telling.
    pub(super) fn read(&self) -> Option<Result<T>>
    where
        T: Clone,
    {
        lock(&self.state).stage.read()
    }

    /// A clone of the result, or has `waker` woken when it is there.
    pub(super) fn poll(&self, place: &mut Option<Place>, waker: &Waker) -> Poll<Result<T>>
    where
        T: Clone,
    {
        if let Some(poll) = self.look(*place, waker) {
            return poll;
        }
        // Another waker than the last time: cloned, and the old one dropped, while nothing is locked.
        let spare = self.wait(place, waker.clone());
        drop(spare);
        // It may have been set between the locks.
        self.look(*place, waker).unwrap_or(Poll::Pending)
    }

    /// `None` if it is pending and does not wake that very waker.
    fn look(&self, place: Option<Place>, waker: &Waker) -> Option<Poll<Result<T>>>
    where
        T: Clone,
    {
        match (&mut lock(&self.state).stage, place) {
            (Stage::Pending(waiters), Some(place)) if waiters.contains(place, waker) => Some(Poll::Pending),
            (stage, _) => stage.read().map(Poll::Ready),
        }
    }

    /// Gives back what is to be dropped.
    fn wait(&self, place: &mut Option<Place>, waker: Waker) -> Option<Waker> {
        match &mut lock(&self.state).stage {
            Stage::Pending(waiters) => waiters.put(place, waker),
            _ => Some(waker),
        }
    }
}

impl<T: Clone> Stage<T> {
    fn read(&mut self) -> Option<Result<T>> {
        let Stage::Done { result, told } = self else { return None };
        let result = result.clone();
        *told = true;
        Some(result)
    }
}
