//! The keys of one coroutine call.
//!
//! `Hash` and `Eq` of a key are code of the user, and may use keys of the same call. So a key is
//! hashed before the registry is locked, and compared outside of the lock: under the lock,
//! registrations are only found by their hash, one after the other.

use std::cell::Cell;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use super::any_value_waiters::AnyValueWaiters;
use super::errors::{CallEnded, KeyReuseError, UnknownKeyError};
use super::key::Key;
use super::key_hash;
use super::named::{LeakedKey, NAMED_AT_MOST};
use super::registration::{Registration, RegistrationId, SharedRegistration};
use super::table::KeyTable;
use crate::report::contain;
use crate::waiter::{StageLock, WaiterId, WaiterIds};
use crate::Result;

/// The keys that are registered in a call.
pub(super) struct KeyRegistry {
    keys: StageLock<Keys>,
    /// Made when the first point of the call waits for any value. All registrations of the call,
    /// also later ones, know it from then on.
    any_value_waiters: OnceLock<Arc<AnyValueWaiters>>,
}

#[derive(Default)]
struct Keys {
    registered: KeyTable,
    /// The number of registrations so far.
    count: u64,
    /// The names of the points, in the order of their first questions.
    points: WaiterIds,
    /// The call has ended: no key is registered any more.
    ended: bool,
}

impl KeyRegistry {
    pub(super) fn new() -> Self {
        let keys = StageLock::default();
        KeyRegistry { keys, any_value_waiters: OnceLock::new() }
    }

    /// The points that wait for any value, if there ever were any.
    pub(super) fn any_value_waiters(&self) -> Option<&AnyValueWaiters> {
        self.any_value_waiters.get().map(|waiters| &**waiters)
    }

    /// Counts the values from now on. A point that was asked before has to be asked again.
    #[cold]
    pub(super) fn count_values(&self) {
        let waiters = self.any_value_waiters.get_or_init(Arc::default);
        // A registration that is not among these is made later, and finds the waiters itself.
        let registered: Vec<_> = self.with(|keys| keys.registered.values().cloned().collect());
        registered.iter().for_each(|registration| registration.report_to(waiters));
    }

    /// Runs `change` under the lock.
    fn with<R>(&self, change: impl FnOnce(&mut Keys) -> R) -> R {
        self.keys.with(|_, keys| change(keys))
    }

    /// Registers a key for a value of type `T`, with so many callables, which the caller makes.
    pub(super) fn register<T, Q>(
        &self,
        key: Q,
        at: &'static Location<'static>,
        callables: usize,
    ) -> Result<SharedRegistration>
    where
        T: Send + 'static,
        Q: Key,
    {
        let mut next = first_of(&key);
        let mut key = Some(key);
        loop {
            let found = self.with(|keys| match keys.registered.at_or_after(next) {
                Some(pending) => Found::Pending(pending),
                None if keys.ended => Found::Ended,
                None => Found::New(keys.insert(next.hash, |id| {
                    let any_value_waiters = self.any_value_waiters.get().cloned();
                    let key = key.take().expect("a key is registered once");
                    Registration::new::<T, Q>(key, at, id, callables, any_value_waiters)
                })),
            });
            let pending = match found {
                Found::New(registration) => return Ok(registration),
                Found::Ended => return Err(CallEnded.into()),
                Found::Pending(pending) => pending,
            };
            next = pending.id().next();
            if key.as_ref().is_some_and(|key| pending.has_key_of::<T, Q>(key)) {
                if !pending.is_settled() {
                    return Err(KeyReuseError::new(pending).into());
                }
                drop(self.remove(pending.id()));
                pending.give_up();
            }
        }
    }

    /// The registration of a key for a value of any type. The point that asks gets its name, if it
    /// has none yet.
    ///
    /// It is found more easily if the value is a `T`.
    pub(super) fn find<T: 'static>(
        &self,
        key: &impl Key,
        point: &Cell<Option<WaiterId>>,
    ) -> Result<SharedRegistration> {
        let mut next = first_of(key);
        loop {
            let found = self.with(|keys| {
                keys.name(point);
                keys.registered.at_or_after(next)
            });
            let Some(found) = found else { return Err(self.unknown(key).into()) };
            if found.has_key_of::<T, _>(key) {
                return Ok(found);
            }
            next = found.id().next();
        }
    }

    /// The name of a point, which gets one if it has none yet.
    pub(super) fn name_of(&self, point: &Cell<Option<WaiterId>>) -> WaiterId {
        point.get().unwrap_or_else(|| self.with(|keys| keys.name(point)))
    }

    /// Takes a registration out; its key may be registered again.
    #[must_use = "it is dropped, with its key, or closed"]
    pub(super) fn remove(&self, id: RegistrationId) -> Option<SharedRegistration> {
        self.with(|keys| keys.registered.remove(id))
    }

    /// Ends the call: closes and removes all registrations, and returns those that are leaks.
    pub(super) fn end(&self) -> Leaks {
        let registered = self.with(|keys| {
            keys.ended = true;
            std::mem::take(&mut keys.registered)
        });
        let mut ended = Ended(registered.values());
        let is_leak = |registration: &&SharedRegistration| registration.end();
        Leaks(ended.0.by_ref().filter(is_leak).cloned().collect())
    }

    #[cold]
    fn unknown<Q: Key>(&self, key: &Q) -> UnknownKeyError {
        let of_another_type = |found: &&SharedRegistration| !found.key().as_any().is::<Q>();
        let mut pending: Vec<_> =
            self.with(|keys| keys.registered.values().filter(of_another_type).cloned().collect());
        pending.sort_unstable_by_key(|registration| registration.id().number);
        pending.truncate(NAMED_AT_MOST);
        UnknownKeyError::new(key).with_pending(pending)
    }
}

/// The first name that a registration of the key may have.
fn first_of(key: &impl Key) -> RegistrationId {
    RegistrationId { hash: key_hash::hash(key), number: 0 }
}

/// The answer to a key that is to be registered.
enum Found {
    /// It is registered now.
    New(SharedRegistration),
    /// This registration has the same hash.
    Pending(SharedRegistration),
    /// The call has ended.
    Ended,
}

impl Keys {
    /// Makes a registration with the next number, and returns the other one of its owners.
    fn insert(
        &mut self,
        hash: u64,
        make: impl FnOnce(RegistrationId) -> (SharedRegistration, SharedRegistration),
    ) -> SharedRegistration {
        let id = RegistrationId { hash, number: self.count };
        let (ours, other) = make(id);
        self.count += 1;
        self.registered.insert(id, ours);
        other
    }

    fn name(&mut self, point: &Cell<Option<WaiterId>>) -> WaiterId {
        let name = point.get().unwrap_or_else(|| self.points.next());
        point.set(Some(name));
        name
    }
}

/// The registrations of a call that ends. Its drop ends those that are left, because the drop of a
/// value has panicked. A second panic would abort the process, so it is contained.
struct Ended<'a, I: Iterator<Item = &'a SharedRegistration>>(I);

impl<'a, I: Iterator<Item = &'a SharedRegistration>> Drop for Ended<'a, I> {
    fn drop(&mut self) {
        for left in self.0.by_ref() {
            contain("the drop of a value", || _ = left.end());
        }
    }
}

/// The keys that a call leaves behind.
pub(super) struct Leaks(Vec<SharedRegistration>);

impl Leaks {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(all(test, loom))]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys, in the order in which they were registered.
    pub(super) fn into_keys(self) -> Vec<LeakedKey> {
        let Leaks(mut left) = self;
        left.sort_unstable_by_key(|registration| registration.id().number);
        left.into_iter().map(LeakedKey::new).collect()
    }
}
