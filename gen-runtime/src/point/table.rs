//! Registrations by the hash of their key.
//!
//! Keys are not compared here, because that is code of the user: the caller goes through the
//! registrations with the same hash, of which there is nearly always one.
//!
//! A call has a few keys at a time, nearly always. A few are in a list, in the order of their
//! registration, which is searched for a hash. When there are more than [`LISTED_AT_MOST`], all of
//! them are in a map, until the call has no key.

use std::collections::hash_map::Entry;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::registration::{RegistrationId, SharedRegistration};

/// So many hashes are compared faster than one is found in a map.
const LISTED_AT_MOST: usize = 8;

pub(super) struct KeyTable(Form);

enum Form {
    List(Vec<(RegistrationId, SharedRegistration)>),
    Map(KeyMap),
}

impl Default for KeyTable {
    fn default() -> Self {
        KeyTable(Form::List(Vec::new()))
    }
}

impl KeyTable {
    /// The first registration at or after that name, of those with the same hash.
    pub(super) fn at_or_after(&self, id: RegistrationId) -> Option<SharedRegistration> {
        match &self.0 {
            Form::List(list) => {
                let is_meant = |known: &RegistrationId| known.hash == id.hash && known.number >= id.number;
                let (_, registration) = list.iter().find(|(known, _)| is_meant(known))?;
                Some(registration.clone())
            }
            Form::Map(map) => map.at_or_after(id),
        }
    }

    /// Adds a registration, whose number is higher than those of the others.
    pub(super) fn insert(&mut self, id: RegistrationId, registration: SharedRegistration) {
        match &mut self.0 {
            Form::List(list) if list.len() < LISTED_AT_MOST => list.push((id, registration)),
            Form::List(list) => {
                let mut map = KeyMap::default();
                std::mem::take(list).into_iter().for_each(|(_, listed)| map.insert(listed));
                map.insert(registration);
                self.0 = Form::Map(map);
            }
            Form::Map(map) => map.insert(registration),
        }
    }

    /// Takes a registration out, if it is there. It is to be dropped outside of the lock.
    #[must_use]
    pub(super) fn remove(&mut self, id: RegistrationId) -> Option<SharedRegistration> {
        match &mut self.0 {
            Form::List(list) => {
                let position = list.iter().position(|(known, _)| *known == id)?;
                // Nearly always it is the only one.
                let removed = if position + 1 == list.len() { list.pop()? } else { list.remove(position) };
                Some(removed.1)
            }
            Form::Map(map) => {
                let removed = map.remove(id);
                if map.by_hash.is_empty() {
                    *self = KeyTable::default();
                }
                removed
            }
        }
    }

    /// All registrations, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &SharedRegistration> {
        let (list, map) = match &self.0 {
            Form::List(list) => (Some(list), None),
            Form::Map(map) => (None, Some(map)),
        };
        let listed = list.into_iter().flatten().map(|(_, registration)| registration);
        listed.chain(map.into_iter().flat_map(KeyMap::values))
    }
}

/// Any number of registrations.
#[derive(Default)]
struct KeyMap {
    by_hash: HashMap<u64, OfOneHash, BuildHasherDefault<HashedBefore>>,
}

/// Registrations whose keys have the same hash, in the order of their numbers.
enum OfOneHash {
    One(SharedRegistration),
    Many(Vec<SharedRegistration>),
}

impl KeyMap {
    /// The first registration at or after that name, of those with the same hash.
    fn at_or_after(&self, id: RegistrationId) -> Option<SharedRegistration> {
        let registrations = self.by_hash.get(&id.hash)?.as_slice();
        registrations.get(position(registrations, id)).cloned()
    }

    /// Adds a registration, whose number is higher than those of the others.
    fn insert(&mut self, registration: SharedRegistration) {
        match self.by_hash.entry(registration.id().hash) {
            Entry::Vacant(entry) => drop(entry.insert(OfOneHash::One(registration))),
            Entry::Occupied(mut entry) => entry.get_mut().push(registration),
        }
    }

    /// Takes a registration out, if it is there.
    fn remove(&mut self, id: RegistrationId) -> Option<SharedRegistration> {
        let Entry::Occupied(mut entry) = self.by_hash.entry(id.hash) else { return None };
        let registrations = entry.get().as_slice();
        let position = position(registrations, id);
        let found = registrations.get(position).filter(|found| found.id() == id).cloned()?;
        // `found` is a clone, so neither of these drops a registration.
        match entry.get_mut() {
            OfOneHash::Many(many) if many.len() > 1 => drop(many.remove(position)),
            _ => drop(entry.remove()),
        }
        Some(found)
    }

    /// All registrations, in no order.
    fn values(&self) -> impl Iterator<Item = &SharedRegistration> {
        self.by_hash.values().flat_map(OfOneHash::as_slice)
    }
}

/// The index of that registration, or the one where it would be.
fn position(registrations: &[SharedRegistration], id: RegistrationId) -> usize {
    registrations.partition_point(|registration| registration.id().number < id.number)
}

impl OfOneHash {
    fn as_slice(&self) -> &[SharedRegistration] {
        match self {
            OfOneHash::One(one) => std::slice::from_ref(one),
            OfOneHash::Many(many) => many,
        }
    }

    fn push(&mut self, registration: SharedRegistration) {
        match self {
            OfOneHash::One(one) => *self = OfOneHash::Many(vec![one.clone(), registration]),
            OfOneHash::Many(many) => many.push(registration),
        }
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
