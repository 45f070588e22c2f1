//! Who waits for a promise, in the order in which they came.

use std::collections::BTreeMap;
use std::mem;
use std::task::Waker;

use crate::report::contain;

/// The place of a future in the order of those that wait. It keeps it from its first poll on, whichever waker it is polled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReaderId(u64);

/// The wakers of the futures that wait.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    next: u64,
    /// The first of them, if nobody has left: nearly always there is but one, and it needs no allocation.
    first: Option<(ReaderId, Waker)>,
    /// Those behind it.
    others: BTreeMap<ReaderId, Waker>,
}

impl Waiters {
    /// Whether that future waits with this very waker.
    pub(super) fn contains(&self, place: ReaderId, waker: &Waker) -> bool {
        let known = match &self.first {
            Some((first, known)) if *first == place => Some(known),
            _ => self.others.get(&place),
        };
        known.is_some_and(|known| known.will_wake(waker))
    }

    /// Adds a waker at the end, or gives a future that waits already another one; gives back what is to be dropped outside of the lock.
    #[must_use]
    pub(super) fn put(&mut self, place: &mut Option<ReaderId>, waker: Waker) -> Option<Waker> {
        let place = *place.get_or_insert_with(|| {
            self.next += 1;
            ReaderId(self.next)
        });
        match &mut self.first {
            Some((first, known)) if *first == place => Some(mem::replace(known, waker)),
            // A place is only ever behind those that were given before.
            None if self.others.is_empty() => {
                self.first = Some((place, waker));
                None
            }
            _ => self.others.insert(place, waker),
        }
    }

    /// Takes a waker out.
    #[must_use]
    pub(super) fn remove(&mut self, place: ReaderId) -> Option<Waker> {
        match self.first.take_if(|(first, _)| *first == place) {
            Some((_, waker)) => Some(waker),
            None => self.others.remove(&place),
        }
    }

    /// Wakes them, in order. A waker that panics does not keep the others from being woken.
    pub(super) fn wake(self) {
        let first = self.first.map(|(_, waker)| waker);
        for waker in first.into_iter().chain(self.others.into_values()) {
            contain("a waker", || waker.wake());
        }
    }
}
