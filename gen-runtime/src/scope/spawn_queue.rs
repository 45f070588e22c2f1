//! `SpawnQueue`: children that were spawned and are not yet admitted.

use std::mem;
use std::sync::Arc;

use super::queue::{MemberId, ScopeQueue};
use crate::sync::{lock, Mutex};

pub(super) struct SpawnQueue<C> {
    queue: Arc<ScopeQueue>,
    state: Mutex<State<C>>,
}

struct State<C> {
    children: Vec<(MemberId, C)>,
    last: MemberId,
    closed: bool,
}

impl<C> SpawnQueue<C> {
    pub(super) fn new() -> Arc<Self> {
        let state = State { children: Vec::new(), last: MemberId::BODY, closed: false };
        Arc::new(SpawnQueue { queue: Arc::default(), state: Mutex::new(state) })
    }

    pub(super) fn queue(&self) -> &Arc<ScopeQueue> {
        &self.queue
    }

    /// Adds a child; if the queue is closed, the child is dropped.
    pub(super) fn push(&self, child: C) -> MemberId {
        let mut state = lock(&self.state);
        state.last = state.last.next();
        let id = state.last;
        if state.closed {
            drop(state);
            drop(child);
            return id;
        }
        state.children.push((id, child));
        drop(state);
        self.queue.spawned();
        id
    }

    pub(super) fn take(&self) -> Vec<(MemberId, C)> {
        self.queue.emptied();
        mem::take(&mut lock(&self.state).children)
    }

    /// Closes the queue if it is empty; returns whether it is closed.
    pub(super) fn close_if_empty(&self) -> bool {
        let mut state = lock(&self.state);
        state.closed |= state.children.is_empty();
        state.closed
    }

    /// Closes the queue, and drops its children. A child may hold the queue, which is a cycle until
    /// then.
    pub(super) fn close(&self) {
        let children = {
            let mut state = lock(&self.state);
            state.closed = true;
            mem::take(&mut state.children)
        };
        drop(children);
        self.queue.close();
    }
}
