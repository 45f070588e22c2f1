//! The loops of this process that are alive, by name. A waker on another thread finds its loop
//! here.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use super::ids::{LoopId, LoopName, SlotId};
use super::inbox::Shared;
use crate::shims::RwLock;

struct LoopRegistry {
    live: BTreeMap<LoopName, (LoopId, Arc<Shared>)>,
    /// The number of loops that were made. Its low bits are the first name to try for the next
    /// loop.
    made: u64,
}

impl LoopRegistry {
    const fn new() -> Self {
        LoopRegistry { live: BTreeMap::new(), made: 0 }
    }
}

#[cfg(not(loom))]
static REGISTRY: RwLock<LoopRegistry> = RwLock::new(LoopRegistry::new());

// Each run of a model has its own. A handle that does not find its loop relies on the lock.
#[cfg(loom)]
loom::lazy_static! {
    static ref REGISTRY: RwLock<LoopRegistry> = RwLock::new(LoopRegistry::new());
}

/// Gives a new loop its id.
///
/// # Panics
///
/// If 65,536 loops are alive.
pub(super) fn add(shared: &Arc<Shared>) -> LoopId {
    // No panic leaves the registry half changed, so a poisoned lock does not matter.
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    let serial = registry.made;
    assert!(
        registry.live.len() <= usize::from(u16::MAX),
        "65,536 `IoLoop`s are alive, so there is no name for another one"
    );
    // The cast keeps the low bits on purpose. At least one name is free, so the search ends.
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
    // Dropped outside of the lock: the drop of the inbox can run code that looks up a loop.
    drop(gone);
}

/// Wakes a slot through the inbox of its loop. Nothing happens if the loop is gone.
pub(super) fn wake(name: LoopName, slot: SlotId) {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    // Woken under the lock, which saves a clone of the `Arc`. No code of a user runs in there.
    if let Some((_, shared)) = registry.live.get(&name) {
        shared.wake(slot);
    }
}

/// Returns the inbox of a loop that is alive, but not that of a later loop with the same name.
pub(crate) fn find(id: LoopId) -> Option<Arc<Shared>> {
    let registry = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    let (found, shared) = registry.live.get(&id.name())?;
    (*found == id).then(|| Arc::clone(shared))
}
