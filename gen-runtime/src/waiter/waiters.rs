//! The wakers of several futures that wait for the same thing.

use std::collections::BTreeMap;
use std::mem;
use std::num::NonZeroU64;
use std::task::Waker;

use super::cell::wake;

/// Names a future, in the order of those that wait. It keeps the name, whichever waker it is polled
/// with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WaiterId(NonZeroU64);

/// Names futures. Those that wait at several places have the names of one of these, so that their
/// order is the same everywhere.
#[derive(Debug, Default)]
pub(crate) struct WaiterIds(u64);

impl WaiterIds {
    pub(crate) fn next(&mut self) -> WaiterId {
        let id = NonZeroU64::MIN.saturating_add(self.0);
        self.0 += 1;
        WaiterId(id)
    }
}

/// At most one waker for each future. The owner has them under its lock, and keeps the rules of the
/// module.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    /// The first waker, if it was not removed: nearly always it is the only one, and needs no
    /// allocation.
    first: Option<(WaiterId, Waker)>,
    /// The wakers behind it. `None` is small, and is dropped at no cost, unlike an empty map.
    #[expect(clippy::box_collection, reason = "the field is nearly always empty, and moved")]
    others: Option<Box<BTreeMap<WaiterId, Waker>>>,
}

impl Waiters {
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
    #[inline]
    pub(crate) fn put(&mut self, id: WaiterId, waker: Waker) -> Option<Waker> {
        if self.first.is_none() && self.others.is_none() {
            self.first = Some((id, waker));
            return None;
        }
        self.put_beside_others(id, waker)
    }

    fn put_beside_others(&mut self, id: WaiterId, waker: Waker) -> Option<Waker> {
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
    #[inline]
    pub(crate) fn take(&mut self) -> Waiters {
        Waiters { first: self.first.take(), others: self.others.take() }
    }

    /// Wakes the futures, in the order of their first waits.
    #[inline]
    pub(crate) fn wake(self) {
        let Waiters { first, others } = self;
        if let Some((_, waker)) = first {
            wake(waker);
        }
        if let Some(others) = others {
            wake_all(*others);
        }
    }
}

#[cold]
fn wake_all(wakers: BTreeMap<WaiterId, Waker>) {
    wakers.into_values().for_each(wake);
}
