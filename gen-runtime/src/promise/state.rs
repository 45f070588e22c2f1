//! What the two sides of a promise share; see the table of the module.

use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::errors::{AlreadySetError, BrokenPromiseError};
use super::value::Value;
use super::waiters::{ReaderId, Waiters};
use crate::report::{report_unread, Detached};
use crate::sync::{lock, Mutex};
use crate::Result;

/// How a failure is called that is logged.
const WHAT: &str = "a promise";

/// A promise's state, with one lock around all but its value.
pub(super) struct PromiseState<T> {
    state: Mutex<State>,
    value: Value<T>,
}

struct State {
    /// How many futures there are.
    readers: usize,
    stage: Stage,
}

enum Stage {
    Pending(Waiters),
    /// There are no futures any more, and that is why.
    Abandoned(Detached),
    /// The value is there. Whether it needs no telling: somebody has seen it, or it is nobody's failure.
    Done {
        told: bool,
    },
    Over,
}

/// What a future finds when it is polled.
enum Found {
    /// The value, and whether this is the only future.
    Value { alone: bool },
    /// None yet; the very waker of the poll will be woken.
    Waiting,
    /// None yet, and that waker is not among those that will be woken.
    NotWaiting,
}

impl<T> PromiseState<T> {
    /// That of a pending promise with one future.
    pub(super) fn new() -> Arc<Self> {
        let stage = Stage::Pending(Waiters::default());
        Arc::new(PromiseState { state: Mutex::new(State { readers: 1, stage }), value: Value::new() })
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
                // SAFETY: it is locked and was pending, and is done when it is unlocked.
                unsafe { self.value.put(result) };
                state.stage = Stage::Done { told };
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
    pub(super) fn remove_reader(&self, place: Option<ReaderId>) {
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
            Stage::Pending(_) => Stage::Abandoned(Detached::now()),
            _ => Stage::Over,
        };
        let before = mem::replace(&mut state.stage, next);
        // SAFETY: it is locked, counts no reader any more, and is abandoned or over from now on.
        let result = unsafe { self.value.take() };
        drop(state);
        if let (Stage::Done { told: false }, Some(Err(error))) = (&before, &result) {
            report_unread(WHAT, error);
        }
    }

    /// Gives back what is to be dropped.
    fn wait(&self, place: &mut Option<ReaderId>, waker: Waker) -> Option<Waker> {
        match &mut lock(&self.state).stage {
            Stage::Pending(waiters) => waiters.put(place, waker),
            _ => Some(waker),
        }
    }

    /// If the value is there, it needs no telling from now on: whoever asks is about to see it.
    fn look(&self, place: Option<ReaderId>, waker: &Waker) -> Found {
        let mut state = lock(&self.state);
        let alone = state.readers == 1;
        match (&mut state.stage, place) {
            (Stage::Done { told }, _) => {
                *told = true;
                Found::Value { alone }
            }
            (Stage::Pending(waiters), Some(place)) if waiters.contains(place, waker) => Found::Waiting,
            _ => Found::NotWaiting,
        }
    }
}

/// What the futures call for themselves: each is borrowed for the time of the call, and counted.
impl<T: Clone> PromiseState<T> {
    /// A clone of the result, if it is there: for a future that others may read meanwhile.
    pub(super) fn read(&self) -> Option<Result<T>> {
        match self.look(None, Waker::noop()) {
            // SAFETY: it is done, and the future that calls this is counted while it is borrowed.
            Found::Value { .. } => unsafe { self.value.clone_in_turn() },
            Found::Waiting | Found::NotWaiting => None,
        }
    }

    /// A clone of the result, or has `waker` woken when it is there: for a future that is borrowed
    /// mutably.
    pub(super) fn poll(&self, place: &mut Option<ReaderId>, waker: &Waker) -> Poll<Result<T>> {
        let mut found = self.look(*place, waker);
        if let Found::NotWaiting = found {
            // Another waker than the last time: cloned, and the old one dropped, while nothing is locked.
            let spare = self.wait(place, waker.clone());
            drop(spare);
            // It may have been set between the locks.
            found = self.look(*place, waker);
        }
        let result = match found {
            // SAFETY: it is done, and the future that calls this is counted while it is borrowed; it is
            // the only one, so nobody can read but through it, and it is borrowed mutably.
            Found::Value { alone: true } => unsafe { self.value.clone_alone() },
            // SAFETY: as above, but for those that may read by other futures.
            Found::Value { alone: false } => unsafe { self.value.clone_in_turn() },
            Found::Waiting | Found::NotWaiting => None,
        };
        result.map_or(Poll::Pending, Poll::Ready)
    }
}
