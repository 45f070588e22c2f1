//! The events in a scope since its last poll, from any thread: requests to children, and spawned
//! children. The wakes of the body and of the children are not among them: see
//! [`children`](super::children).
//!
//! | state | an event comes: `notify` | `take` | `sleep` |
//! |---|---|---|---|
//! | asleep: the scope is pending, and waits for an event | it is added, and the waiter is woken: awake | awake | |
//! | awake: the scope is being polled, or about to be | it is added | the events are taken | asleep, unless there are events |
//! | closed: the scope was dropped | it is dropped | | |
//!
//! The waiter is the waker of a slot of the scope, so an event wakes the task as a child does, and
//! once for both. No code of a user runs under the lock.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use crate::inject::{Cancellation, EndSender, EndSenders};
use crate::task::{CancelTarget, CutShort};
use crate::waiter::{StageLock, Waiter};

/// Names the body or a child of a scope. No name is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MemberId(u64);

impl MemberId {
    pub(super) const BODY: MemberId = MemberId(0);

    pub(super) fn next(self) -> Self {
        MemberId(self.0 + 1)
    }

    /// The target of a cancellation: the child is found by its name.
    pub(super) fn in_scope(self, queue: &Arc<ScopeQueue>) -> CancelTarget {
        CancelTarget::Child(Arc::clone(queue) as Arc<dyn CutShort>, self.0)
    }

    /// The number of a child, from 0.
    pub(super) fn child(self) -> usize {
        // Children are numbered from 1, and their number does not exceed the memory of any machine.
        self.0.saturating_sub(1) as usize
    }
}

/// A request to cancel a child. The senders are dropped when it has ended.
pub(super) struct ChildRequest {
    pub(super) cancellation: Cancellation,
    pub(super) end_senders: EndSenders,
}

/// A request to drop a child if it has not ended when `grace` has passed. Its result is that of the
/// cancellation.
pub(super) struct GraceRequest {
    pub(super) grace: Duration,
    pub(super) cancellation: Cancellation,
}

#[derive(Default)]
pub(super) struct ScopeQueue {
    state: StageLock<QueueState>,
}

/// The words of the lock: the states of the table.
const AWAKE: u8 = 0;
const ASLEEP: u8 = 1;
const CLOSED: u8 = 2;

#[derive(Default)]
struct QueueState {
    /// `None` if there are none.
    events: Option<Box<ScopeEvents>>,
    /// There are children in the spawn queue.
    spawned: bool,
    /// Kept from poll to poll, until it is woken.
    waiter: Waiter,
}

/// The requests since the last poll.
#[derive(Default)]
pub(super) struct ScopeEvents {
    /// Of several requests for one child, the first one; with the senders of all.
    pub(super) requests: BTreeMap<MemberId, ChildRequest>,
    /// Of several graces for one child, the shortest one.
    pub(super) graces: BTreeMap<MemberId, GraceRequest>,
}

impl QueueState {
    fn is_empty(&self) -> bool {
        !self.spawned && self.events.is_none()
    }

    fn events(&mut self) -> &mut ScopeEvents {
        self.events.get_or_insert_default()
    }
}

impl ScopeQueue {
    /// Takes the events so far. From here to [`sleep`](Self::sleep) no event has to wake the scope.
    /// The children in the spawn queue are to be taken in the same poll.
    pub(super) fn take(&self) -> Option<Box<ScopeEvents>> {
        self.state.with(|stage, state| {
            *stage = AWAKE;
            state.spawned = false;
            state.events.take()
        })
    }

    /// The spawn queue was emptied.
    pub(super) fn emptied(&self) {
        self.state.with(|_, state| state.spawned = false);
    }

    /// Ends the poll: has `waker` woken by the next event. `false` if there are events already.
    pub(super) fn sleep(&self, waker: &Waker) -> bool {
        let mut replaced = Waiter::default();
        let is_asleep = self.state.with(|stage, state| {
            if !state.is_empty() {
                return false;
            }
            if !state.waiter.will_wake(waker) {
                replaced = mem::replace(&mut state.waiter, Waiter::from(waker));
            }
            *stage = ASLEEP;
            true
        });
        // After the lock.
        drop(replaced);
        is_asleep
    }

    /// A child was put into the spawn queue, which was empty.
    pub(super) fn spawned(&self) {
        self.notify(|state| state.spawned = true);
    }

    /// Cancels a child.
    pub(super) fn request(&self, child: MemberId, cancellation: Cancellation, end_sender: EndSender) {
        self.notify(|state| {
            let request = ChildRequest { cancellation, end_senders: EndSenders::default() };
            state.events().requests.entry(child).or_insert(request).end_senders.push(end_sender);
        });
    }

    /// The scope will not be polled again.
    pub(super) fn close(&self) {
        let state = self.state.with(|stage, state| {
            *stage = CLOSED;
            mem::take(state)
        });
        drop(state);
    }

    /// If the queue is closed, the event is dropped with `add`, after the lock.
    fn notify(&self, add: impl FnOnce(&mut QueueState)) {
        let mut add = Some(add);
        let waiter = self.state.with(|stage, state| {
            if *stage != CLOSED {
                add.take().into_iter().for_each(|add| add(state));
            }
            if *stage != ASLEEP {
                return Waiter::default();
            }
            *stage = AWAKE;
            mem::take(&mut state.waiter)
        });
        waiter.wake();
    }
}

impl CutShort for ScopeQueue {
    fn cut_short(&self, child: u64, grace: Duration, cancellation: Cancellation) {
        self.notify(|state| {
            let request = GraceRequest { grace, cancellation };
            let shortest = state.events().graces.entry(MemberId(child)).or_insert(request);
            shortest.grace = shortest.grace.min(grace);
        });
    }
}
