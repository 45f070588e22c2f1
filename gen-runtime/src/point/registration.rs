//! One registered key: its value, and the points that wait for it.
//!
//! It is one block. Only the key and the value, which are the last field, have types of the user.
//! They are erased in [`SharedRegistration`], so nothing else is compiled for each type.
//!
//! Two words are atomic: the number of the owners, and the word of the lock. One word for both
//! would cost more: the lock is released by a plain store, since no other thread writes the word of
//! a lock that is taken.
//!
//! # Safety
//!
//! The invariants of the value are those of `value.rs`. They are kept here, by `store`, `take`,
//! `end` and `give_up`. Besides:
//!
//! 1. `types` names the type of the pair. Both are set by `new`, and neither is changed.

use std::any::{type_name, TypeId};
use std::mem;
use std::panic::Location;
use std::ptr;
use std::sync::Arc;
use std::task::Waker;

use super::any_value_waiters::AnyValueWaiters;
use super::key::{AnyKey, Key};
use super::value::ValueCell;
use crate::error::AsAny;
use crate::executor::{Abandon, Doubt};
use crate::inject::answering;
use crate::waiter::{Counted, Owners, Shared, StageLock, WaiterId, Waiters};

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

/// A key under which a value is expected.
pub(super) struct Registration<P: ?Sized = dyn AnyPair> {
    owners: Owners,
    /// The type of the pair: a [`Pair`].
    types: TypeId,
    at: &'static Location<'static>,
    id: RegistrationId,
    /// The stage of the lock is the [`Readiness`], so that it is read without the lock.
    lock: StageLock<Expected>,
    pair: P,
}

/// An owner of a registration.
pub(super) type SharedRegistration = Shared<Registration>;

// SAFETY: it is the field, and only an owner uses it.
unsafe impl<P: ?Sized> Counted for Registration<P> {
    #[inline]
    fn owners(&self) -> &Owners {
        &self.owners
    }
}

/// Why there is no value yet, and what happens when there is one.
struct Expected {
    callables: usize,
    /// The last callable was dropped by a callback that has failed, and whose error is reported.
    failed: bool,
    /// Of the drop of the last callable.
    doubt: Doubt,
    /// The points that were told that there is no value yet.
    waiters: Waiters,
    /// Those of the call, if one of its points has ever waited for any value.
    any_value_waiters: Option<Arc<AnyValueWaiters>>,
}

/// The states of a registration, as a point that asks about it sees them; see the table in
/// `mod.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Readiness {
    /// There is no value yet. This is the first state.
    Empty,
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
    #[inline]
    fn of(stage: u8) -> Self {
        match stage {
            0 => Readiness::Empty,
            1 => Readiness::Stored,
            2 => Readiness::Doubted,
            3 => Readiness::Abandoned,
            _ => Readiness::Closed,
        }
    }

    /// Whether a value has come, or will not come: there are no waiters then, and the number of the
    /// callables means nothing any more.
    fn is_over(self) -> bool {
        matches!(self, Readiness::Stored | Readiness::Closed)
    }
}

/// A key, and the place of its value.
pub(super) struct Pair<T, Q> {
    value: ValueCell<T>,
    key: Q,
}

/// A [`Pair`] whose types are erased.
pub(super) trait AnyPair: AsAny {
    fn key(&self) -> &dyn AnyKey;
    /// The name of the type of its value.
    fn value_type(&self) -> &'static str;
    /// Drops the value.
    ///
    /// # Safety
    ///
    /// By one of the invariants of `value.rs` no other code uses the value.
    unsafe fn drop_value(&self);
}

impl<T: Send + 'static, Q: Key> AnyPair for Pair<T, Q> {
    fn key(&self) -> &dyn AnyKey {
        &self.key
    }

    fn value_type(&self) -> &'static str {
        type_name::<T>()
    }

    unsafe fn drop_value(&self) {
        // SAFETY: by the caller.
        drop(unsafe { self.value.replace(None) });
    }
}

impl Registration {
    /// Makes a registration with so many callables, and two owners of it.
    pub(super) fn new<T: Send + 'static, Q: Key>(
        key: Q,
        at: &'static Location<'static>,
        id: RegistrationId,
        callables: usize,
        any_value_waiters: Option<Arc<AnyValueWaiters>>,
    ) -> (SharedRegistration, SharedRegistration) {
        let expected = Expected {
            callables,
            failed: false,
            doubt: Doubt::NEW,
            waiters: Waiters::default(),
            any_value_waiters,
        };
        let types = TypeId::of::<Pair<T, Q>>();
        let pair = Pair { value: ValueCell::<T>::new(), key };
        let lock = StageLock::new(expected);
        let mut block = Box::new_uninit();
        block.write(Registration { owners: Owners::pair(), types, at, id, lock, pair });
        // SAFETY: it was written to.
        Shared::pair(unsafe { block.assume_init() })
    }

    pub(super) fn at(&self) -> &'static Location<'static> {
        self.at
    }

    #[inline]
    pub(super) fn id(&self) -> RegistrationId {
        self.id
    }

    pub(super) fn key(&self) -> &dyn AnyKey {
        self.pair.key()
    }

    /// Whether it is the registration of that key. `Eq` is code of the user.
    pub(super) fn has_key<Q: Key>(&self, key: &Q) -> bool {
        self.key().as_any().downcast_ref::<Q>().is_some_and(|known| known == key)
    }

    /// As [`has_key`](Self::has_key), and cheaper if the value is a `T`.
    #[inline]
    pub(super) fn has_key_of<T: 'static, Q: Key>(&self, key: &Q) -> bool {
        match self.typed::<T, Q>() {
            Some(pair) => pair.key == *key,
            None => self.has_key(key),
        }
    }

    /// The name of the type of its value.
    pub(super) fn value_type(&self) -> &'static str {
        self.pair.value_type()
    }

    /// Its key and value, if they have these types.
    #[inline]
    pub(super) fn typed<T: 'static, Q: 'static>(&self) -> Option<&Pair<T, Q>> {
        if self.types != TypeId::of::<Pair<T, Q>>() {
            return None;
        }
        // SAFETY: it is the type of the pair (1).
        Some(unsafe { &*ptr::from_ref(&self.pair).cast() })
    }

    #[inline]
    fn typed_mut<T: 'static, Q: 'static>(&mut self) -> Option<&mut Pair<T, Q>> {
        if self.types != TypeId::of::<Pair<T, Q>>() {
            return None;
        }
        // SAFETY: it is the type of the pair (1).
        Some(unsafe { &mut *ptr::from_mut(&mut self.pair).cast() })
    }

    #[inline]
    pub(super) fn readiness(&self) -> Readiness {
        Readiness::of(self.lock.stage())
    }

    fn with<R>(&self, change: impl FnOnce(&mut Readiness, &mut Expected) -> R) -> R {
        self.lock.with(|stage, expected| {
            let mut readiness = Readiness::of(*stage);
            let result = change(&mut readiness, expected);
            *stage = readiness as u8;
            result
        })
    }

    // ---- the points
    // -----------------------------------------------------------------------------

    /// Has each value that is stored from now on counted there.
    pub(super) fn report_to(&self, any_value_waiters: &Arc<AnyValueWaiters>) {
        self.with(|_, expected| expected.any_value_waiters = Some(Arc::clone(any_value_waiters)));
    }

    /// Has a point woken when the answer changes; `false` if the point is to ask again at once.
    pub(super) fn wait(&self, id: WaiterId, waker: Waker) -> bool {
        let replaced = self.with(|readiness, expected| match readiness {
            Readiness::Empty => Ok(expected.waiters.put(id, waker)),
            Readiness::Doubted | Readiness::Abandoned => {
                // A poll that only asks is not counted. If this clone is not recognised, the poll
                // is counted, which does no harm.
                if !answering::is_asked(&waker) {
                    *readiness = expected.count_poll();
                }
                Err(waker)
            }
            Readiness::Stored | Readiness::Closed => Err(waker),
        });
        replaced.is_ok()
    }

    /// Takes out the waker of a point.
    #[inline]
    pub(super) fn forget(&self, id: WaiterId) {
        if !self.readiness().is_over() {
            let waker = self.with(|_, expected| expected.waiters.remove(id));
            drop(waker);
        }
    }

    /// Whether the reason is known why its value will never come: an error was reported instead, or
    /// a point has waited for it since the last callable was dropped. Then the key may be
    /// registered again, and is not a leak.
    pub(super) fn is_settled(&self) -> bool {
        self.with(|readiness, expected| expected.is_settled(*readiness))
    }

    /// Closes it at the end of the call; returns whether it is a leak.
    pub(super) fn end(&self) -> bool {
        let (is_leak, closed) =
            self.with(|readiness, expected| (!expected.is_settled(*readiness), expected.close(readiness)));
        if let Some(waiters) = closed {
            drop(waiters);
            // SAFETY: this call has closed the registration, which it owns.
            unsafe { self.pair.drop_value() };
        }
        is_leak
    }

    /// Closes it, and drops the value. Other points that wait for it are woken, and find that the
    /// key is unknown.
    pub(super) fn give_up(&self) {
        let closed = self.with(|readiness, expected| expected.close(readiness));
        if let Some(waiters) = closed {
            // First, because the drop of the value may panic.
            waiters.wake();
            // SAFETY: this call has closed the registration, which it owns.
            unsafe { self.pair.drop_value() };
        }
    }

    /// Closes it if there is a value. Returns whether it did.
    fn close_stored(&self) -> bool {
        self.with(|readiness, _| {
            let is_stored = *readiness == Readiness::Stored;
            if is_stored {
                *readiness = Readiness::Closed;
            }
            is_stored
        })
    }

    // ---- the callables
    // -----------------------------------------------------------------------------

    /// Counts a new callable.
    pub(super) fn grow(&self) {
        if self.readiness().is_over() {
            return;
        }
        self.with(|readiness, expected| {
            expected.callables += 1;
            expected.failed = false;
            if let Readiness::Doubted | Readiness::Abandoned = readiness {
                *readiness = Readiness::Empty;
            }
        });
    }

    /// Counts a callable that is dropped; returns whether it was the last, with no value stored.
    #[inline]
    pub(super) fn shrink(&self) -> bool {
        // A callable that has been called takes no lock in its drop.
        !self.readiness().is_over()
            && self.with(|readiness, expected| {
                expected.callables -= 1;
                expected.is_without_callables(*readiness)
            })
    }
}

/// Stores a value, unless the registration is closed.
pub(super) fn store<T: 'static, Q: 'static>(registration: &Registration, value: T) {
    let pair = registration.typed::<T, Q>().expect("a callable knows the types of its registration");
    let mut value = Some(value);
    let stored = registration.with(|readiness, expected| {
        if *readiness == Readiness::Closed {
            return None;
        }
        *readiness = Readiness::Stored;
        // SAFETY: the registration is open, and locked.
        value = unsafe { pair.value.replace(value.take()) };
        Some((expected.waiters.take(), expected.any_value_waiters.clone()))
    });
    if let Some((waiters, any_value_waiters)) = stored {
        waiters.wake();
        if let Some(any_value_waiters) = any_value_waiters {
            any_value_waiters.store();
        }
    }
    // The value before, or this one. Last, because the drop of a value may panic.
    drop(value);
}

/// Closes a registration and returns its value, if there is one. `None` as well if the types are
/// others.
pub(super) fn take<T: 'static, Q: 'static>(registration: &mut SharedRegistration) -> Option<T> {
    if let Some(alone) = registration.get_mut() {
        // There is no callable any more, and no other point: nothing is left to be closed.
        return alone.typed_mut::<T, Q>()?.value.take_alone();
    }
    let pair = registration.typed::<T, Q>()?;
    if !registration.close_stored() {
        return None;
    }
    // SAFETY: this call has closed the registration, which it owns.
    unsafe { pair.value.replace(None) }
}

impl Expected {
    fn is_without_callables(&self, readiness: Readiness) -> bool {
        self.callables == 0 && readiness == Readiness::Empty
    }

    fn is_settled(&self, readiness: Readiness) -> bool {
        match readiness {
            Readiness::Empty => self.failed,
            Readiness::Doubted | Readiness::Abandoned => self.failed || self.doubt.was_polled(),
            Readiness::Stored | Readiness::Closed => false,
        }
    }

    /// A point was told that the last callable is gone.
    fn count_poll(&mut self) -> Readiness {
        self.doubt.count_poll();
        match self.doubt.is_over() {
            true => Readiness::Abandoned,
            false => Readiness::Doubted,
        }
    }

    /// Closes the registration, and returns the waiters. `None` if it was closed before.
    fn close(&mut self, readiness: &mut Readiness) -> Option<Waiters> {
        let before = mem::replace(readiness, Readiness::Closed);
        (before != Readiness::Closed).then(|| self.waiters.take())
    }
}

impl Abandon for SharedRegistration {
    fn mark_failed(&self) {
        self.with(|readiness, expected| expected.failed = expected.is_without_callables(*readiness));
    }

    fn abandon(&self) {
        let waiters = self.with(|readiness, expected| {
            if !expected.is_without_callables(*readiness) {
                return Waiters::default();
            }
            *readiness = Readiness::Doubted;
            expected.doubt = Doubt::NEW;
            expected.waiters.take()
        });
        waiters.wake();
    }
}
