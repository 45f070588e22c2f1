//! The state that both sides of a promise share; see the table in `mod.rs`.

use std::any::type_name;
use std::mem;
use std::task::{Poll, Waker};

use super::errors::{AlreadySetError, BrokenPromiseError};
use super::value::Value;
use crate::inject::in_flight::any_in_flight;
use crate::report::{report_unread, Detached};
use crate::shims::{AtomicBool, Ordering};
use crate::waiter::{two_sides, CoOwner, SoleOwner, StageLock, TwoSided, WaiterId, WaiterIds, Waiters};
use crate::Result;

/// The name of a promise in the log.
const WHAT: &str = "a promise";

/// The state of a promise. The lock protects everything except the value.
pub(super) struct PromiseState<T> {
    lock: StageLock<Pending>,
    /// Nothing has to report the failure: a future has read it, or it is only that the promise was
    /// broken. It only changes to true.
    seen: AtomicBool,
    value: Value<T>,
}

/// There is no result, and there are futures.
const PENDING: u8 = 0;
/// There is no result, and no future.
const ABANDONED: u8 = 1;
/// There is, or was, a result. This is final.
const DONE: u8 = 2;

/// The data of a promise that is not done.
struct Pending {
    ids: WaiterIds,
    waiters: Waiters,
    /// Why it is abandoned, if it is.
    abandoned: Detached,
}

impl<T> PromiseState<T> {
    /// Makes a pending promise with one future.
    pub(super) fn new() -> (SoleOwner<Self>, CoOwner<Self>) {
        let pending = Pending {
            ids: WaiterIds::default(),
            waiters: Waiters::default(),
            abandoned: Detached::Unwatched,
        };
        two_sides(PromiseState {
            lock: StageLock::new(pending),
            seen: AtomicBool::new(false),
            value: Value::new(),
        })
    }

    pub(super) fn is_set(&self) -> bool {
        self.lock.stage() == DONE
    }

    // ---- the promise
    // ------------------------------------------------------------------------------

    /// Sets the result, if there is none yet.
    pub(super) fn set(&self, result: Result<T>) -> Result<(), AlreadySetError> {
        let mut result = Some(result);
        let (before, waiters) = self.lock.with(|stage, pending| {
            if *stage == PENDING {
                // SAFETY: the state is locked and was pending, and is done when it is unlocked.
                unsafe { self.value.put(&mut result) };
            }
            (mem::replace(stage, DONE), pending.waiters.take())
        });
        if before != PENDING {
            return self.set_late(before, result);
        }
        waiters.wake();
        Ok(())
    }

    /// The result came when there was no future any more, or another result.
    #[cold]
    fn set_late(&self, before: u8, result: Option<Result<T>>) -> Result<(), AlreadySetError> {
        if before == DONE {
            return Err(AlreadySetError::new(type_name::<T>()));
        }
        if let (Some(Err(error)), false) = (result, self.is_seen()) {
            let why = self.lock.with(|_, pending| pending.abandoned);
            why.report(WHAT, &error);
        }
        Ok(())
    }

    fn is_seen(&self) -> bool {
        // Relaxed: the caller has acquired all that the other owners have written, from the lock or
        // from the counts of the owners.
        self.seen.load(Ordering::Relaxed)
    }

    fn set_seen(&self) {
        self.seen.store(true, Ordering::Relaxed);
    }

    // ---- the futures
    // ------------------------------------------------------------------------------

    /// A future that has waited is dropped.
    pub(super) fn forget(&self, id: WaiterId) {
        if self.lock.stage() == PENDING {
            let waker = self.lock.with(|_, pending| pending.waiters.remove(id));
            drop(waker);
        }
    }

    /// Keeps `waker` until there is a result. Returns whether there is none.
    fn wait(&self, id: &mut Option<WaiterId>, waker: &Waker) -> bool {
        if let Some(id) = *id {
            let known = self.lock.with(|stage, pending| match *stage {
                PENDING => pending.waiters.contains(id, waker).then_some(true),
                _ => Some(false),
            });
            if let Some(waits) = known {
                return waits;
            }
        }
        // A new waker: it is cloned, and the old one is dropped, while nothing is locked.
        let waker = waker.clone();
        let spare = self.lock.with(|stage, pending| match *stage {
            PENDING => {
                let id = *id.get_or_insert_with(|| pending.ids.next());
                Ok(pending.waiters.put(id, waker))
            }
            _ => Err(waker),
        });
        spare.is_ok()
    }
}

impl<T> TwoSided for PromiseState<T> {
    /// The promise is dropped. If it was not set, its futures give an error, which is not reported
    /// as a failure.
    unsafe fn sole_owner_gone(&self) {
        if self.lock.stage() == PENDING {
            // Nothing sets it meanwhile, because this was the only promise.
            self.break_promise();
        }
    }

    /// The last future is dropped, and the result with it.
    unsafe fn co_owners_gone(&self) {
        if !self.is_set() {
            let why = Detached::now();
            let (stage, waiters) = self.lock.with(|stage, pending| {
                if *stage == PENDING {
                    *stage = ABANDONED;
                }
                pending.abandoned = why;
                (*stage, pending.waiters.take())
            });
            drop(waiters);
            if stage == ABANDONED {
                return;
            }
        }
        // SAFETY: the state is done, and by the caller's promise this is the drop of the last
        // co-owner.
        let result = unsafe { self.value.take() };
        if let Some(Err(error)) = result {
            if !self.is_seen() {
                report_unread(WHAT, &error);
            }
        }
    }
}

impl<T> PromiseState<T> {
    #[cold]
    fn break_promise(&self) {
        self.set_seen();
        // It cannot be set already, because this was the only promise.
        let _ = self.set(Err(BrokenPromiseError::new(type_name::<T>()).into()));
    }
}

/// The functions that a future calls. It is borrowed for the time of the call, and counted.
impl<T: Clone> PromiseState<T> {
    /// Returns a clone of the result, if it is there. Other threads may read the same future.
    pub(super) fn read(&self) -> Option<Result<T>> {
        if !self.is_set() {
            return None;
        }
        self.set_seen();
        // SAFETY: the state is done, and the future that calls this is counted while it is
        // borrowed.
        unsafe { self.value.clone_in_turn() }
    }
}

/// Returns a clone of the result, or has `waker` woken when it is there. Then it calls `answer`, if
/// something is in flight.
pub(super) fn poll<T: Clone>(
    state: &mut CoOwner<PromiseState<T>>,
    id: &mut Option<WaiterId>,
    waker: &Waker,
    answer: fn(&CoOwner<PromiseState<T>>, &Waker),
) -> Poll<Result<T>> {
    if !state.is_set() && state.wait(id, waker) {
        if any_in_flight() {
            answer(state, waker);
        }
        return Poll::Pending;
    }
    let alone = state.is_only();
    state.set_seen();
    let result = if alone {
        // SAFETY: the state is done, and the co-owner is counted while it is borrowed. It is the
        // only one and is borrowed mutably, so no other code can read.
        unsafe { state.value.clone_alone() }
    } else {
        // SAFETY: as above, except that other futures may read.
        unsafe { state.value.clone_in_turn() }
    };
    result.map_or(Poll::Pending, Poll::Ready)
}
