//! `SpawnQueue`: children that were spawned and are not yet admitted.

use std::mem;
use std::sync::Arc;

use super::queue::{MemberId, ScopeQueue};
use crate::waiter::StageLock;

pub(super) struct SpawnQueue<C> {
    queue: Arc<ScopeQueue>,
    state: StageLock<State<C>>,
}

/// The words of the lock: whether there are children, or there will be none.
const EMPTY: u8 = 0;
const FILLED: u8 = 1;
const CLOSED: u8 = 2;

struct State<C> {
    children: Vec<Spawned<C>>,
    last: MemberId,
}

/// A child with its name.
pub(super) type Spawned<C> = (MemberId, C);

impl<C> SpawnQueue<C> {
    pub(super) fn new() -> Arc<Self> {
        let state = State { children: Vec::new(), last: MemberId::BODY };
        Arc::new(SpawnQueue { queue: Arc::default(), state: StageLock::new(state) })
    }

    pub(super) fn queue(&self) -> &Arc<ScopeQueue> {
        &self.queue
    }

    /// Adds a child; if the queue is closed, the child is dropped.
    pub(super) fn push(&self, child: C) -> MemberId {
        // Dropped after the lock, if it is not added.
        let mut child = Some(child);
        let (id, before) = self.state.with(|stage, state| {
            state.last = state.last.next();
            let before = *stage;
            if before != CLOSED {
                state.children.extend(child.take().map(|child| (state.last, child)));
                *stage = FILLED;
            }
            (state.last, before)
        });
        if before == EMPTY {
            self.queue.spawned();
        }
        id
    }

    /// Whether there are children. One that another thread adds just now may be missed: the scope
    /// is woken for it.
    #[inline]
    pub(super) fn is_filled(&self) -> bool {
        self.state.stage() == FILLED
    }

    /// Moves the children to `taken`, which is empty.
    pub(super) fn take(&self, taken: &mut Vec<Spawned<C>>) {
        // First, because a child that is added to the empty queue is an event of its own.
        self.queue.emptied();
        self.state.with(|stage, state| {
            mem::swap(&mut state.children, taken);
            *stage = EMPTY;
        });
    }

    /// Closes the queue if it is empty; returns whether it is closed.
    pub(super) fn close_if_empty(&self) -> bool {
        self.state.with(|stage, _| {
            if *stage == EMPTY {
                *stage = CLOSED;
            }
            *stage == CLOSED
        })
    }

    /// Closes the queue, and drops its children. A child may hold the queue, which is a cycle until
    /// then.
    pub(super) fn close(&self) {
        // The requests to the children are dropped after the children, also if one of these panics.
        let _requests = ClosedInDrop(&self.queue);
        let children = self.state.with(|stage, state| {
            *stage = CLOSED;
            mem::take(&mut state.children)
        });
        drop(children);
    }
}

struct ClosedInDrop<'a>(&'a ScopeQueue);

impl Drop for ClosedInDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
