//! The engine of the three queues: the lock, and the wakes outside of it.

use std::fmt;

use super::state::{State, Taken};
use super::store::Store;
use crate::waiter::{StageLock, Wakers};

/// The trait of the three queues, which is not public.
pub(super) mod sealed {
    use super::Engine;
    use crate::queue::store::Store;

    /// One of the queues.
    pub trait AnyQueue {
        /// The type of the items.
        type Item;
        /// The order of the items.
        type Store: Store<Item = Self::Item>;

        fn engine(&self) -> &Engine<Self::Store>;
    }
}

/// The state that the clones of a queue share.
pub struct Engine<S: Store> {
    lock: StageLock<State<S>>,
    /// `usize::MAX` if there is no limit.
    capacity: usize,
}

/// Wakes the futures when it is dropped, also if the comparison of two items has panicked.
struct WokenAfterwards(Wakers);

impl Drop for WokenAfterwards {
    #[inline]
    fn drop(&mut self) {
        std::mem::take(&mut self.0).wake();
    }
}

impl<S: Store> Engine<S> {
    pub(super) fn new(capacity: usize) -> Self {
        Engine { lock: StageLock::new(State::new(capacity)), capacity }
    }

    /// Runs an event under the lock. Afterwards it wakes the futures that have got something.
    #[inline]
    pub(super) fn with<R>(&self, event: impl FnOnce(&mut State<S>, &mut Wakers) -> R) -> R {
        let mut wakers = WokenAfterwards(Wakers::default());
        self.lock.with(|_, state| event(state, &mut wakers.0))
    }

    /// The lock, for [`poll_place`](crate::waiter::poll_place).
    pub(super) fn lock(&self) -> &StageLock<State<S>> {
        &self.lock
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        (self.capacity != usize::MAX).then_some(self.capacity)
    }

    pub(super) fn len(&self) -> usize {
        self.with(|state, _| state.len())
    }

    pub(super) fn has_room(&self) -> bool {
        self.with(|state, _| state.has_room())
    }

    pub(super) fn unfinished(&self) -> usize {
        self.with(|state, _| state.unfinished())
    }

    pub(super) fn is_closed(&self) -> bool {
        self.with(|state, _| state.is_closed())
    }

    /// Writes the numbers of a queue.
    pub(super) fn debug(&self, queue: &mut fmt::DebugStruct<'_, '_>) -> fmt::Result {
        let (len, unfinished, is_closed, lines) =
            self.with(|state, _| (state.len(), state.unfinished(), state.is_closed(), state.lines()));
        queue.field("len", &len).field("capacity", &self.capacity());
        queue.field("unfinished", &unfinished).field("is_closed", &is_closed);
        queue.field("getters", &lines.getters).field("putters", &lines.putters);
        queue.field("joiners", &lines.joiners).finish_non_exhaustive()
    }

    pub(super) fn close(&self) {
        self.with(State::close);
    }

    pub(super) fn task_done(&self) -> bool {
        self.with(State::task_done)
    }

    #[inline]
    pub(super) fn take(&self) -> Taken<S::Item> {
        self.with(State::take)
    }
}
