//! Registrations by the hash of their key.
//!
//! Keys are not compared here, because that is code of the user: the caller goes through the
//! registrations with the same hash, of which there is nearly always one.

use std::collections::hash_map::Entry;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::registration::{AnyRegistration, RegistrationId};

#[derive(Default)]
pub(super) struct KeyTable {
    by_hash: HashMap<u64, OfOneHash, BuildHasherDefault<HashedBefore>>,
}

/// Registrations whose keys have the same hash, in the order of their numbers.
enum OfOneHash {
    One(Arc<dyn AnyRegistration>),
    Many(Vec<Arc<dyn AnyRegistration>>),
}

impl KeyTable {
    /// The first registration at or after that name, of those with the same hash.
    pub(super) fn at_or_after(&self, id: RegistrationId) -> Option<Arc<dyn AnyRegistration>> {
        let registrations = self.by_hash.get(&id.hash)?.as_slice();
        registrations.get(position(registrations, id)).cloned()
    }

    /// Adds a registration, whose number is higher than those of the others.
    pub(super) fn insert(&mut self, registration: Arc<dyn AnyRegistration>) {
        match self.by_hash.entry(registration.id().hash) {
            Entry::Vacant(entry) => drop(entry.insert(OfOneHash::One(registration))),
            Entry::Occupied(mut entry) => entry.get_mut().push(registration),
        }
    }

    /// Takes a registration out, if it is there. It is to be dropped outside of the lock.
    #[must_use]
    pub(super) fn remove(&mut self, id: RegistrationId) -> Option<Arc<dyn AnyRegistration>> {
        let Entry::Occupied(mut entry) = self.by_hash.entry(id.hash) else { return None };
        let registrations = entry.get().as_slice();
        let position = position(registrations, id);
        if registrations.get(position)?.id() != id {
            return None;
        }
        match entry.get_mut() {
            OfOneHash::Many(many) if many.len() > 1 => Some(many.remove(position)),
            _ => entry.remove().into_iter().next(),
        }
    }

    /// All registrations, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &Arc<dyn AnyRegistration>> {
        self.by_hash.values().flat_map(OfOneHash::as_slice)
    }

    /// Takes out all registrations, in no order.
    pub(super) fn into_values(self) -> impl Iterator<Item = Arc<dyn AnyRegistration>> {
        self.by_hash.into_values().flatten()
    }
}

/// The index of that registration, or the one where it would be.
fn position(registrations: &[Arc<dyn AnyRegistration>], id: RegistrationId) -> usize {
    registrations.partition_point(|registration| registration.id().number < id.number)
}

impl OfOneHash {
    fn as_slice(&self) -> &[Arc<dyn AnyRegistration>] {
        match self {
            OfOneHash::One(one) => std::slice::from_ref(one),
            OfOneHash::Many(many) => many,
        }
    }

    fn push(&mut self, registration: Arc<dyn AnyRegistration>) {
        match self {
            OfOneHash::One(one) => *self = OfOneHash::Many(vec![Arc::clone(one), registration]),
            OfOneHash::Many(many) => many.push(registration),
        }
    }
}

impl IntoIterator for OfOneHash {
    type Item = Arc<dyn AnyRegistration>;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Self::Item>, std::vec::IntoIter<Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self {
            OfOneHash::One(one) => (Some(one), Vec::new()),
            OfOneHash::Many(many) => (None, many),
        };
        one.into_iter().chain(many)
    }
}

/// The hasher of a number that is a hash already.
#[derive(Default)]
struct HashedBefore(u64);

impl Hasher for HashedBefore {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        // Only hashes are written, which are `u64`s; any other use would only be slow.
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
