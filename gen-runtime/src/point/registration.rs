//! One registered key: its value, and the points that wait for it.

use std::any::type_name;
use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use super::any_value_waiters::AnyValueWaiters;
use super::key::{AnyKey, Key};
use crate::error::AsAny;
use crate::executor::{abandon, Abandon, Doubt};
use crate::inject::in_flight;
use crate::waiter::{StageLock, WaiterId, Waiters};

/// Names a registration within its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RegistrationId {
    /// The hash of its key.
    pub(super) hash: u64,
    /// Its number in the call.
    pub(super) number: u64,
}

impl RegistrationId {
    /// The name that follows, for keys with the same hash.
    pub(super) fn next(self) -> Self {
        RegistrationId { number: self.number + 1, ..self }
    }
}

/// A key of type `Q` under which a value of type `T` is expected.
pub(super) struct Registration<T, Q> {
    at: &'static Location<'static>,
    id: RegistrationId,
    /// The stage of the lock is the [`Readiness`], so that it is read without the lock.
    slot: StageLock<ValueSlot<T>>,
    key: Q,
}

struct ValueSlot<T> {
    content: Content<T>,
    callables: usize,
    /// The last callable was dropped by a callback that has failed, and whose error is reported.
    failed: bool,
    /// The points that were told that there is no value yet.
    waiters: Waiters,
    /// Those of the call, if one of its points has ever waited for any value.
    any_value_waiters: Option<Arc<AnyValueWaiters>>,
}

/// The states of a registration; see the table in `mod.rs`.
enum Content<T> {
    Empty,
    Stored(T),
    Abandoned(Doubt),
    Closed,
}

/// The answer to a point that asks about a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    /// There is no value yet. This is the first state.
    Empty = 0,
    /// The value is there.
    Stored,
    /// All callables were dropped; the point is to ask again.
    Doubted,
    /// All callables were dropped, so there will be no value.
    Abandoned,
    /// The registration is no longer one of the call.
    Closed,
}

impl Readiness {
    /// That of the stage of a lock.
    fn of(stage: u8) -> Self {
        use Readiness::{Abandoned, Closed, Doubted, Empty, Stored};
        [Empty, Stored, Doubted, Abandoned].into_iter().nth(stage.into()).unwrap_or(Closed)
    }

    /// Whether a value has come, or will not come: there are no waiters then, and the number of the
    /// callables means nothing any more.
    fn is_over(self) -> bool {
        matches!(self, Readiness::Stored | Readiness::Closed)
    }
}

/// A registration whose types are erased.
pub(super) trait AnyRegistration: AsAny {
    fn key(&self) -> &dyn AnyKey;
    fn at(&self) -> &'static Location<'static>;
    fn id(&self) -> RegistrationId;
    /// The name of the type of its value.
    fn value_type(&self) -> &'static str;
    fn readiness(&self) -> Readiness;
    /// Has each value that is stored from now on counted there.
    fn report_to(&self, any_value_waiters: &Arc<AnyValueWaiters>);
    /// Has a point woken when the answer changes; `false` if the point is to ask again at once.
    fn wait(&self, id: WaiterId, waker: Waker) -> bool;
    fn forget(&self, id: WaiterId);
    /// Whether the reason is known why its value will never come: an error was reported instead, or
    /// a point has waited for it since the last callable was dropped. Then the key may be
    /// registered again, and is not a leak.
    fn is_settled(&self) -> bool;
    /// Closes it at the end of the call; returns whether it is a leak.
    fn end(&self) -> bool;
    /// Closes it, and drops the value. Other points that wait for it are woken, and find that the
    /// key is unknown.
    fn give_up(&self);
}

/// The side of a registration that callables use.
pub(super) trait Store<T>: Send + Sync {
    /// Stores a value, unless the registration is closed.
    fn store(&self, value: T);
    /// Counts a new callable.
    fn grow(&self);
    /// Counts a callable that is dropped; returns whether it was the last, with no value stored.
    fn shrink(&self) -> bool;
    /// After `shrink` has returned true: reports that the last callable was dropped.
    fn abandon(self: Arc<Self>);
}

impl<T, Q> Registration<T, Q> {
    /// A registration with so many callables, which the caller makes.
    pub(super) fn new(
        key: Q,
        at: &'static Location<'static>,
        id: RegistrationId,
        callables: usize,
        any_value_waiters: Option<Arc<AnyValueWaiters>>,
    ) -> Self {
        let slot = ValueSlot {
            content: Content::Empty,
            callables,
            failed: false,
            waiters: Waiters::default(),
            any_value_waiters,
        };
        Registration { at, id, slot: StageLock::new(slot), key }
    }

    fn is_over(&self) -> bool {
        Readiness::of(self.slot.stage()).is_over()
    }

    /// Runs `change` under the lock.
    fn with<R>(&self, change: impl FnOnce(&mut ValueSlot<T>) -> R) -> R {
        self.slot.with(|stage, slot| {
            let result = change(slot);
            *stage = slot.content.readiness() as u8;
            result
        })
    }

    /// Closes the registration and returns the value, if there is one.
    pub(super) fn take(&self) -> Option<T> {
        self.with(|slot| match slot.content {
            Content::Stored(_) => slot.content.close(),
            Content::Empty | Content::Abandoned(_) | Content::Closed => None,
        })
    }
}

impl<T> Content<T> {
    /// Closes it, and returns the value to drop outside of the lock.
    fn close(&mut self) -> Option<T> {
        match std::mem::replace(self, Content::Closed) {
            Content::Stored(value) => Some(value),
            Content::Empty | Content::Abandoned(_) | Content::Closed => None,
        }
    }

    fn readiness(&self) -> Readiness {
        match self {
            Content::Empty => Readiness::Empty,
            Content::Stored(_) => Readiness::Stored,
            Content::Abandoned(doubt) if doubt.is_over() => Readiness::Abandoned,
            Content::Abandoned(_) => Readiness::Doubted,
            Content::Closed => Readiness::Closed,
        }
    }
}

impl<T: Send + 'static, Q: Key> AnyRegistration for Registration<T, Q> {
    fn key(&self) -> &dyn AnyKey {
        &self.key
    }

    fn at(&self) -> &'static Location<'static> {
        self.at
    }

    fn id(&self) -> RegistrationId {
        self.id
    }

    fn value_type(&self) -> &'static str {
        type_name::<T>()
    }

    fn readiness(&self) -> Readiness {
        Readiness::of(self.slot.stage())
    }

    fn report_to(&self, any_value_waiters: &Arc<AnyValueWaiters>) {
        self.with(|slot| slot.any_value_waiters = Some(Arc::clone(any_value_waiters)));
    }

    fn wait(&self, id: WaiterId, waker: Waker) -> bool {
        let replaced = self.with(|slot| match &mut slot.content {
            Content::Empty => Ok(slot.waiters.put(id, waker)),
            Content::Abandoned(doubt) => {
                // A poll that only asks is not counted. If this clone is not recognised, the poll
                // is counted, which does no harm.
                if !in_flight::is_asked(&waker) {
                    doubt.count_poll();
                }
                Err(waker)
            }
            Content::Stored(_) | Content::Closed => Err(waker),
        });
        replaced.is_ok()
    }

    fn forget(&self, id: WaiterId) {
        if !self.is_over() {
            let waker = self.with(|slot| slot.waiters.remove(id));
            drop(waker);
        }
    }

    fn is_settled(&self) -> bool {
        self.with(|slot| slot.is_settled())
    }

    fn end(&self) -> bool {
        let (is_leak, left) = self.with(|slot| {
            let is_leak = !slot.is_settled();
            (is_leak, (slot.content.close(), slot.waiters.take()))
        });
        drop(left);
        is_leak
    }

    fn give_up(&self) {
        let (value, waiters) = self.with(|slot| (slot.content.close(), slot.waiters.take()));
        // First, because the drop of the value may panic.
        waiters.wake();
        drop(value);
    }
}

impl<T: Send + 'static, Q: Key> Store<T> for Registration<T, Q> {
    fn store(&self, value: T) {
        let stored = self.with(|slot| match slot.content {
            // Dropped outside of the lock, as everywhere, because the drop is code of the user.
            Content::Closed => Err(value),
            _ => {
                let before = std::mem::replace(&mut slot.content, Content::Stored(value));
                Ok((before, slot.waiters.take(), slot.any_value_waiters.clone()))
            }
        });
        let Ok((before, waiters, any_value_waiters)) = stored else { return };
        waiters.wake();
        if let Some(any_value_waiters) = any_value_waiters {
            any_value_waiters.store();
        }
        // Last, because the drop of a value may panic.
        drop(before);
    }

    fn grow(&self) {
        if self.is_over() {
            return;
        }
        self.with(|slot| {
            slot.callables += 1;
            slot.failed = false;
            if let Content::Abandoned(_) = slot.content {
                slot.content = Content::Empty;
            }
        });
    }

    fn shrink(&self) -> bool {
        // A callable that has been called takes no lock in its drop.
        !self.is_over()
            && self.with(|slot| {
                slot.callables -= 1;
                slot.is_without_callables()
            })
    }

    fn abandon(self: Arc<Self>) {
        abandon(self);
    }
}

impl<T> ValueSlot<T> {
    fn is_without_callables(&self) -> bool {
        self.callables == 0 && matches!(self.content, Content::Empty)
    }

    fn is_settled(&self) -> bool {
        match &self.content {
            Content::Empty => self.failed,
            Content::Abandoned(doubt) => self.failed || doubt.was_polled(),
            Content::Stored(_) | Content::Closed => false,
        }
    }
}

impl<T: Send, Q: Send + Sync> Abandon for Registration<T, Q> {
    fn mark_failed(&self) {
        self.with(|slot| slot.failed = slot.is_without_callables());
    }

    fn abandon(&self) {
        let waiters = self.with(|slot| {
            if !slot.is_without_callables() {
                return Waiters::default();
            }
            slot.content = Content::Abandoned(Doubt::NEW);
            slot.waiters.take()
        });
        waiters.wake();
    }
}
