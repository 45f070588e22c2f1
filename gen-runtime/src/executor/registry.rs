//! The loops that live in this process, by name: how a waker on another thread finds the loop that it names.
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::ids::{LoopId, LoopName, SlotId};
use super::inbox::Shared;

struct LoopRegistry {
    live: BTreeMap<LoopName, (LoopId, Arc<Shared>)>,
    /// How many loops there have been; its low bits are the first name to try for the next one.
    made: u64,
}

static REGISTRY: RwLock<LoopRegistry> = RwLock::new(LoopRegistry { live: BTreeMap::new(), made: 0 });

/// Gives a new loop its id.
///
/// # Panics
///
/// If 65,536 loops are alive.
pub(super) fn add(shared: &Arc<Shared>) -> LoopId {
    // Nothing in here panics half-way: what a poisoned lock guards is whole.
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    let serial = registry.made;
    assert!(
        registry.live.len() <= usize::from(u16::MAX),
        "65,536 `IoLoop`s are alive: there is no name for another one"
    );
    // The cast keeps the low bits on purpose. At least one name is free, so this ends.
    let mut name = LoopName(serial as u16);
    while registry.live.contains_key(&name) {
        name = LoopName(name.0.wrapping_add(1));
    }
    registry.made += 1;
    let id = LoopId::new(serial, name);
    registry.live.insert(name, (id, Arc::clone(shared)));
    id
}

pub(super) fn remove(id: LoopId) {
    let gone = REGISTRY.write().unwrap_or_else(PoisonError::into_inner).live.remove(&id.name());
    // Outside of the lock: dropping the inbox can run code that looks up a loop.
    drop(gone);
}

/// Wakes a slot from outside of its loop; nothing happens if the loop is gone.
pub(super) fn wake(name: LoopName, slot: SlotId) {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    // Under the lock, which spares a clone of the `Arc`: no code of a user runs in there.
    if let Some((_, shared)) = registry.live.get(&name) {
        shared.wake(slot);
    }
}

/// That very loop, if it lives; not a later one of its name.
pub(crate) fn find(id: LoopId) -> Option<Arc<Shared>> {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    let (found, shared) = registry.live.get(&id.name())?;
    (*found == id).then(|| Arc::clone(shared))
}
