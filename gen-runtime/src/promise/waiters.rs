//! The wakers of the futures that wait for a promise, in the order in which they began to wait.

use std::collections::BTreeMap;
use std::mem;
use std::task::Waker;

use crate::report::contain;

/// Names a future, in the order of those that wait. It keeps the name from its first pending poll
/// on, whichever waker it is polled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReaderId(u64);

/// The wakers of the futures that wait.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    next: u64,
    /// The first waker, if it was not removed: nearly always it is the only one, and needs no
    /// allocation.
    first: Option<(ReaderId, Waker)>,
    /// The wakers behind it.
    others: BTreeMap<ReaderId, Waker>,
}

impl Waiters {
    /// Whether that future waits with this very waker.
    pub(super) fn contains(&self, id: ReaderId, waker: &Waker) -> bool {
        let known = match &self.first {
            Some((first, known)) if *first == id => Some(known),
            _ => self.others.get(&id),
        };
        known.is_some_and(|known| known.will_wake(waker))
    }

    /// Adds a waker at the end, or replaces the waker of a future that waits already. Returns the
    /// one that is to be dropped outside of the lock.
    #[must_use]
    pub(super) fn put(&mut self, id: &mut Option<ReaderId>, waker: Waker) -> Option<Waker> {
        let id = *id.get_or_insert_with(|| {
            self.next += 1;
            ReaderId(self.next)
        });
        match &mut self.first {
            Some((first, known)) if *first == id => Some(mem::replace(known, waker)),
            // A new future is always behind the earlier ones.
            None if self.others.is_empty() => {
                self.first = Some((id, waker));
                None
            }
            _ => self.others.insert(id, waker),
        }
    }

    /// Takes out the waker of a future.
    #[must_use]
    pub(super) fn remove(&mut self, id: ReaderId) -> Option<Waker> {
        match self.first.take_if(|(first, _)| *first == id) {
            Some((_, waker)) => Some(waker),
            None => self.others.remove(&id),
        }
    }

    /// Wakes the futures, in order. A panic of one waker does not keep the others from being woken.
    pub(super) fn wake(self) {
        let first = self.first.map(|(_, waker)| waker);
        for waker in first.into_iter().chain(self.others.into_values()) {
            contain("a waker", || waker.wake());
        }
    }
}
