//! The wakers of several futures that wait for the same thing.

use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;

use super::cell::wake;

/// Names a future, in the order of those that wait. It keeps the name from its first pending poll
/// on, whichever waker it is polled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(u64);

impl WaiterId {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        WaiterId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// At most one waker for each future. The owner has them under its lock, and keeps the rules of the
/// module.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    /// The last name that was given by `next_id`.
    last: u64,
    /// The first waker, if it was not removed: nearly always it is the only one, and needs no
    /// allocation.
    first: Option<(WaiterId, Waker)>,
    /// The wakers behind it. `None` is small, and is dropped at no cost, unlike an empty map.
    #[expect(clippy::box_collection, reason = "the field is nearly always empty, and moved")]
    others: Option<Box<BTreeMap<WaiterId, Waker>>>,
}

impl Waiters {
    /// Names a future that waits only here. An owner whose futures wait at several places takes the
    /// names of all of them from [`WaiterId::new`].
    pub(crate) fn next_id(&mut self) -> WaiterId {
        self.last += 1;
        WaiterId(self.last)
    }

    /// Whether that future waits with this very waker.
    pub(crate) fn contains(&self, id: WaiterId, waker: &Waker) -> bool {
        let known = match &self.first {
            Some((first, known)) if *first == id => Some(known),
            _ => self.others.as_ref().and_then(|others| others.get(&id)),
        };
        known.is_some_and(|known| known.will_wake(waker))
    }

    /// Adds the waker of a future, or replaces it. Returns the one that is to be dropped outside of
    /// the lock.
    #[must_use]
    pub(crate) fn put(&mut self, id: WaiterId, waker: Waker) -> Option<Waker> {
        match &mut self.first {
            Some((first, known)) if *first == id => Some(mem::replace(known, waker)),
            Some(first) if id < first.0 => {
                let (second, known) = mem::replace(first, (id, waker));
                self.others.get_or_insert_default().insert(second, known)
            }
            None if self.others.as_ref().is_none_or(|others| others.is_empty()) => {
                self.first = Some((id, waker));
                None
            }
            _ => self.others.get_or_insert_default().insert(id, waker),
        }
    }

    /// Takes out the waker of a future.
    #[must_use]
    pub(crate) fn remove(&mut self, id: WaiterId) -> Option<Waker> {
        match self.first.take_if(|(first, _)| *first == id) {
            Some((_, waker)) => Some(waker),
            None => self.others.as_mut()?.remove(&id),
        }
    }

    /// Takes out all wakers.
    #[must_use]
    pub(crate) fn take(&mut self) -> Waiters {
        Waiters { last: self.last, first: self.first.take(), others: self.others.take() }
    }

    /// Wakes the futures, in the order of their first waits.
    pub(crate) fn wake(self) {
        if let Some((_, waker)) = self.first {
            wake(waker);
        }
        if let Some(others) = self.others {
            others.into_values().for_each(wake);
        }
    }
}
