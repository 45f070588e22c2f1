//! The state that both sides of a promise share; see the table in `mod.rs`.

use std::any::type_name;
use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};

use super::errors::{AlreadySetError, BrokenPromiseError};
use super::value::Value;
use crate::report::{report_unread, Detached};
use crate::sync::{lock, Mutex};
use crate::waiter::{WaiterId, Waiters};
use crate::Result;

/// The name of a promise in the log.
const WHAT: &str = "a promise";

/// The state of a promise. One lock protects everything except the value.
pub(super) struct PromiseState<T> {
    state: Mutex<State>,
    value: Value<T>,
}

struct State {
    /// The number of futures.
    readers: usize,
    stage: Stage,
}

enum Stage {
    Pending(Waiters),
    /// There is no future any more; why there is none.
    Abandoned(Detached),
    /// The value is there. If it is `seen`, its failure is not reported: a future has read it, or
    /// it is only that the promise was broken.
    Done {
        seen: bool,
    },
    Over,
}

/// The answer to a future that is polled.
enum Found {
    /// The value, and whether this is the only future.
    Value { alone: bool },
    /// There is no value, and the waker of this poll will be woken.
    Waiting,
    /// There is no value, and the waker of this poll is not kept.
    NotWaiting,
}

impl<T> PromiseState<T> {
    /// The state of a pending promise with one future.
    pub(super) fn new() -> Arc<Self> {
        let stage = Stage::Pending(Waiters::default());
        Arc::new(PromiseState { state: Mutex::new(State { readers: 1, stage }), value: Value::new() })
    }

    // ---- the promise
    // ------------------------------------------------------------------------------

    pub(super) fn is_set(&self) -> bool {
        matches!(lock(&self.state).stage, Stage::Done { .. } | Stage::Over)
    }

    /// Sets the result, if there is none yet.
    pub(super) fn set(&self, result: Result<T>) -> Result<(), AlreadySetError> {
        self.finish(result, false)
    }

    /// The promise is dropped. If it was not set, its futures give an error, which is not reported
    /// as a failure.
    pub(super) fn break_promise(&self) {
        let pending = matches!(lock(&self.state).stage, Stage::Pending(_));
        if pending {
            // It cannot have been set meanwhile, because this is the only promise.
            let _ = self.finish(Err(BrokenPromiseError::new(type_name::<T>()).into()), true);
        }
    }

    fn finish(&self, result: Result<T>, seen: bool) -> Result<(), AlreadySetError> {
        let mut state = lock(&self.state);
        match mem::replace(&mut state.stage, Stage::Over) {
            Stage::Pending(waiters) => {
                // SAFETY: the state is locked and was pending, and is done when it is unlocked.
                unsafe { self.value.put(result) };
                state.stage = Stage::Done { seen };
                drop(state);
                waiters.wake();
                Ok(())
            }
            Stage::Abandoned(why) => {
                drop(state);
                match result {
                    Err(error) if !seen => why.report(WHAT, &error),
                    _ => {}
                }
                Ok(())
            }
            before @ (Stage::Done { .. } | Stage::Over) => {
                state.stage = before;
                drop(state);
                // The second result is dropped here, outside of the lock.
                drop(result);
                Err(AlreadySetError::new(type_name::<T>()))
            }
        }
    }

    // ---- the futures
    // ------------------------------------------------------------------------------

    pub(super) fn add_reader(&self) {
        lock(&self.state).readers += 1;
    }

    /// A future is dropped, and the result with the last one.
    pub(super) fn remove_reader(&self, id: Option<WaiterId>) {
        let mut state = lock(&self.state);
        state.readers -= 1;
        if state.readers > 0 {
            let waker = match (&mut state.stage, id) {
                (Stage::Pending(waiters), Some(id)) => waiters.remove(id),
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
        // SAFETY: the state is locked, counts no reader, and is abandoned or over from now on.
        let result = unsafe { self.value.take() };
        drop(state);
        if let (Stage::Done { seen: false }, Some(Err(error))) = (&before, &result) {
            report_unread(WHAT, error);
        }
    }

    /// Keeps the waker; returns the one that is to be dropped outside of the lock.
    fn wait(&self, id: &mut Option<WaiterId>, waker: Waker) -> Option<Waker> {
        match &mut lock(&self.state).stage {
            Stage::Pending(waiters) => waiters.put(*id.get_or_insert_with(WaiterId::new), waker),
            _ => Some(waker),
        }
    }

    /// Looks for the value, which counts as seen from now on: the caller is about to read it.
    fn look(&self, id: Option<WaiterId>, waker: &Waker) -> Found {
        let mut state = lock(&self.state);
        let alone = state.readers == 1;
        match (&mut state.stage, id) {
            (Stage::Done { seen }, _) => {
                *seen = true;
                Found::Value { alone }
            }
            (Stage::Pending(waiters), Some(id)) if waiters.contains(id, waker) => Found::Waiting,
            _ => Found::NotWaiting,
        }
    }
}

/// The functions that a future calls. It is borrowed for the time of the call, and counted.
impl<T: Clone> PromiseState<T> {
    /// Returns a clone of the result, if it is there. Other threads may read the same future.
    pub(super) fn read(&self) -> Option<Result<T>> {
        match self.look(None, Waker::noop()) {
            // SAFETY: the state is done, and the future that calls this is counted while it is
            // borrowed.
            Found::Value { .. } => unsafe { self.value.clone_in_turn() },
            Found::Waiting | Found::NotWaiting => None,
        }
    }

    /// Returns a clone of the result, or has `waker` woken when it is there. The future is borrowed
    /// mutably.
    pub(super) fn poll(&self, id: &mut Option<WaiterId>, waker: &Waker) -> Poll<Result<T>> {
        let mut found = self.look(*id, waker);
        if let Found::NotWaiting = found {
            // A new waker: it is cloned, and the old one is dropped, while nothing is locked.
            let spare = self.wait(id, waker.clone());
            drop(spare);
            // The promise may have been set between the locks.
            found = self.look(*id, waker);
        }
        let result = match found {
            // SAFETY: the state is done, and the future that calls this is counted while it is
            // borrowed. It is the only one and is borrowed mutably, so no other code can read.
            Found::Value { alone: true } => unsafe { self.value.clone_alone() },
            // SAFETY: as above, except that other futures may read.
            Found::Value { alone: false } => unsafe { self.value.clone_in_turn() },
            Found::Waiting | Found::NotWaiting => None,
        };
        result.map_or(Poll::Pending, Poll::Ready)
    }
}
