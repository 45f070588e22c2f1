//! The keys of one coroutine call.

use std::any::Any;
use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::sync::Arc;

use super::board::Board;
use super::errors::{CallEnded, KeyReuseError, KeyTypeError, LeakedKey, UnknownKeyError};
use super::key::{AnyKey, Key};
use super::registration::{AnyRegistration, Registration};
use crate::sync::{lock, Mutex};
use crate::Result;

/// The keys that are registered in a call, and the values that came for them.
pub(super) struct Registry {
    keys: Mutex<Keys>,
    board: Arc<Board>,
}

#[derive(Default)]
struct Keys {
    registered: HashSet<ByKey>,
    /// How many there have been.
    count: u64,
    /// The call has ended: there will be no others.
    ended: bool,
}

/// A registration, found by its key.
struct ByKey(Arc<dyn AnyRegistration>);

impl Borrow<dyn AnyKey> for ByKey {
    fn borrow(&self) -> &dyn AnyKey {
        self.0.key()
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.key() == other.0.key()
    }
}

impl Eq for ByKey {}

impl Hash for ByKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key().hash(state);
    }
}

impl Registry {
    pub(super) fn new() -> Self {
        Registry { keys: Mutex::new(Keys::default()), board: Arc::new(Board::new()) }
    }

    pub(super) fn board(&self) -> &Board {
        &self.board
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
        let mut keys = lock(&self.keys);
        if keys.ended {
            return Err(CallEnded.into());
        }
        if let Some(pending) = keys.get(&key) {
            drop(keys);
            return Err(KeyReuseError::new(&key, pending.at()).into());
        }
        let registration = Arc::new(Registration::new(key, at, keys.count, Arc::clone(&self.board)));
        keys.count += 1;
        keys.registered.insert(ByKey(registration.clone()));
        Ok(registration)
    }

    /// The registration of a key, whatever its value.
    pub(super) fn find(&self, key: &impl Key) -> Result<Arc<dyn AnyRegistration>> {
        let found = lock(&self.keys).get(key);
        found.ok_or_else(|| UnknownKeyError::new(key).with_alike(key, self.alike(key)).into())
    }

    /// The type of a pending key that prints as this one does: it was probably meant.
    #[cold]
    fn alike(&self, key: &impl Key) -> Option<&'static str> {
        let all: Vec<_> = lock(&self.keys).registered.iter().map(|ByKey(other)| Arc::clone(other)).collect();
        let text = key.text();
        all.iter().find(|other| other.key().text() == text).map(|other| other.key().type_name())
    }

    /// The registration of a key for a value of type `T`.
    pub(super) fn find_typed<T, Q>(&self, key: &Q) -> Result<Arc<Registration<T, Q>>>
    where
        T: Send + 'static,
        Q: Key,
    {
        let found = self.find(key)?;
        let (at, registered) = (found.at(), found.value_type());
        let found: Arc<dyn Any + Send + Sync> = found;
        found.downcast().map_err(|_| KeyTypeError::new::<T>(key, registered, at).into())
    }

    /// Takes a registration out; its key may be registered anew.
    pub(super) fn remove(&self, registration: &dyn AnyRegistration) {
        let mut keys = lock(&self.keys);
        // The key may have been taken out and registered anew meanwhile.
        let removed = keys
            .get(registration.key())
            .filter(|found| found.number() == registration.number())
            .and_then(|_| keys.registered.take(registration.key()));
        drop(keys);
        drop(removed);
    }

    /// Ends the call: closes and forgets all registrations. What was still registered, in the order in which it was.
    pub(super) fn end(&self) -> Vec<LeakedKey> {
        let mut keys = lock(&self.keys);
        keys.ended = true;
        let registered = std::mem::take(&mut keys.registered);
        drop(keys);
        let mut left: Vec<_> = registered.into_iter().map(|ByKey(registration)| registration).collect();
        left.sort_unstable_by_key(|registration| registration.number());
        left.iter().for_each(|registration| registration.close());
        left.iter().map(|registration| LeakedKey::new(registration.key().text(), registration.at())).collect()
    }
}

impl Keys {
    fn get(&self, key: &dyn AnyKey) -> Option<Arc<dyn AnyRegistration>> {
        self.registered.get(key).map(|ByKey(registration)| Arc::clone(registration))
    }
}
