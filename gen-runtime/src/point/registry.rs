//! The keys of one coroutine call.
//!
//! `Hash` and `Eq` of a key are code of the user, and may use keys of the same call. So a key is
//! hashed before the registry is locked, and compared outside of the lock: under the lock,
//! registrations are only found by their hash, one after the other.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::panic::Location;
use std::sync::Arc;

use super::any_value_waiters::AnyValueWaiters;
use super::errors::{CallEnded, KeyReuseError, KeyTypeError, UnknownKeyError};
use super::key::{AnyKey, Key};
use super::named::{LeakedKey, NAMED_AT_MOST};
use super::registration::RegistrationId;
use super::registration::{AnyRegistration, Registration};
use super::table::KeyTable;
use crate::sync::{lock, Mutex};
use crate::Result;

/// The keys that are registered in a call, and the values that came for them.
pub(super) struct KeyRegistry {
    keys: Mutex<Keys>,
    any_value_waiters: Arc<AnyValueWaiters>,
    hasher: RandomState,
}

#[derive(Default)]
struct Keys {
    registered: KeyTable,
    /// The number of registrations so far.
    count: u64,
    /// The call has ended: no key is registered any more.
    ended: bool,
}

impl KeyRegistry {
    pub(super) fn new() -> Self {
        let keys = Mutex::new(Keys::default());
        KeyRegistry { keys, any_value_waiters: Arc::new(AnyValueWaiters::new()), hasher: RandomState::new() }
    }

    pub(super) fn any_value_waiters(&self) -> &AnyValueWaiters {
        &self.any_value_waiters
    }

    /// Registers a key for a value of type `T`.
    pub(super) fn register<T, Q>(
        &self,
        key: Q,
        at: &'static Location<'static>,
    ) -> Result<Arc<Registration<T, Q>>>
    where
        T: Send + 'static,
        Q: Key,
    {
        let mut next = self.first_of(&key);
        loop {
            let mut keys = lock(&self.keys);
            let Some(pending) = keys.registered.at_or_after(next) else {
                if keys.ended {
                    return Err(CallEnded.into());
                }
                let id = RegistrationId { number: keys.count, ..next };
                let registration =
                    Arc::new(Registration::new(key, at, id, Arc::clone(&self.any_value_waiters)));
                keys.count += 1;
                keys.registered.insert(registration.clone());
                return Ok(registration);
            };
            drop(keys);
            next = pending.id().next();
            if equal(pending.key(), &key) {
                if !pending.is_settled() {
                    return Err(KeyReuseError::new(pending).into());
                }
                self.remove(&*pending);
                pending.give_up();
            }
        }
    }

    /// The registration of a key for a value of any type.
    pub(super) fn find(&self, key: &impl Key) -> Result<Arc<dyn AnyRegistration>> {
        let mut next = self.first_of(key);
        loop {
            let found = lock(&self.keys).registered.at_or_after(next);
            let Some(found) = found else { return Err(self.unknown(key).into()) };
            if equal(found.key(), key) {
                return Ok(found);
            }
            next = found.id().next();
        }
    }

    /// The registration of a key for a value of type `T`.
    pub(super) fn find_typed<T, Q>(&self, key: &Q) -> Result<Arc<Registration<T, Q>>>
    where
        T: Send + 'static,
        Q: Key,
    {
        let found = self.find(key)?;
        found.clone().into_any().downcast().map_err(|_| KeyTypeError::new::<T>(found).into())
    }

    /// Takes a registration out; its key may be registered again.
    pub(super) fn remove(&self, registration: &dyn AnyRegistration) {
        let removed = lock(&self.keys).registered.remove(registration.id());
        drop(removed);
    }

    /// Ends the call: closes and removes all registrations, and returns those that are leaks.
    pub(super) fn end(&self) -> Leaks {
        let mut keys = lock(&self.keys);
        keys.ended = true;
        let registered = std::mem::take(&mut keys.registered);
        drop(keys);
        Leaks(registered.into_values().filter(|registration| registration.end()).collect())
    }

    /// The first name that a registration of the key may have.
    fn first_of(&self, key: &impl Key) -> RegistrationId {
        RegistrationId { hash: self.hasher.hash_one(key), number: 0 }
    }

    #[cold]
    fn unknown<Q: Key>(&self, key: &Q) -> UnknownKeyError {
        let of_another_type = |found: &&Arc<dyn AnyRegistration>| !found.key().as_any().is::<Q>();
        let mut pending: Vec<_> = {
            let keys = lock(&self.keys);
            keys.registered.values().filter(of_another_type).cloned().collect()
        };
        pending.sort_unstable_by_key(|registration| registration.id().number);
        pending.truncate(NAMED_AT_MOST);
        UnknownKeyError::new(key).with_pending(pending)
    }
}

fn equal(one: &dyn AnyKey, other: &dyn AnyKey) -> bool {
    one.equals(other)
}

/// The keys that a call leaves behind.
pub(super) struct Leaks(Vec<Arc<dyn AnyRegistration>>);

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
