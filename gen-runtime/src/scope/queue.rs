//! The events in a scope since its last poll, from any thread.
//!
//! | state | an event comes: `notify` | `take` | `sleep` |
//! |---|---|---|---|
//! | asleep: the scope is pending, and its task is the waiter | it is added, and the waiter is woken: awake | awake | |
//! | awake: the scope is being polled, or about to be; there is no waiter | it is added | the events are taken | asleep, unless there are events |
//! | closed: the scope was dropped | it is dropped | | |

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use crate::inject::{Cancellation, EndSender, EndSenders};
use crate::sync::{lock, AtomicBool, Mutex, Ordering};
use crate::task::{CancelTarget, CutShort};
use crate::waiter::Waiter;

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
    state: Mutex<QueueState>,
}

#[derive(Default)]
struct QueueState {
    events: ScopeEvents,
    /// There are children in the spawn queue.
    spawned: bool,
    closed: bool,
    waiter: Waiter,
}

/// The events since the last poll.
#[derive(Default)]
pub(super) struct ScopeEvents {
    /// The members that were woken, in order, each once.
    pub(super) woken: Vec<Arc<MemberWaker>>,
    /// Of several requests for one child, the first one; with the senders of all.
    pub(super) requests: BTreeMap<MemberId, ChildRequest>,
    /// Of several graces for one child, the shortest one.
    pub(super) graces: BTreeMap<MemberId, GraceRequest>,
}

impl QueueState {
    fn is_empty(&self) -> bool {
        let ScopeEvents { woken, requests, graces } = &self.events;
        !self.spawned && woken.is_empty() && requests.is_empty() && graces.is_empty()
    }
}

impl ScopeQueue {
    /// Takes the events so far. From here to [`sleep`](Self::sleep) no event has to wake the scope.
    pub(super) fn take(&self) -> ScopeEvents {
        let mut state = lock(&self.state);
        let (events, waiter) = (mem::take(&mut state.events), mem::take(&mut state.waiter));
        drop(state);
        drop(waiter);
        events
    }

    /// Leaves woken members to the next poll, in front of those that are woken meanwhile.
    #[cold]
    pub(super) fn leave(&self, woken: impl ExactSizeIterator<Item = Arc<MemberWaker>>) {
        lock(&self.state).events.woken.splice(0..0, woken);
    }

    /// The spawn queue was emptied.
    pub(super) fn emptied(&self) {
        lock(&self.state).spawned = false;
    }

    /// Ends the poll: has `parent` woken by the next event. `false` if there are events already.
    pub(super) fn sleep(&self, parent: &Waker) -> bool {
        let mut waiter = Waiter::from(parent);
        let mut state = lock(&self.state);
        let is_asleep = state.is_empty();
        if is_asleep {
            mem::swap(&mut state.waiter, &mut waiter);
        }
        // The waiter that is left is dropped after the lock.
        is_asleep
    }

    /// A child was put into the spawn queue.
    pub(super) fn spawned(&self) {
        self.notify(|state| state.spawned = true);
    }

    /// Cancels a child.
    pub(super) fn request(&self, child: MemberId, cancellation: Cancellation, end_sender: EndSender) {
        self.notify(|state| {
            let request = ChildRequest { cancellation, end_senders: EndSenders::default() };
            state.events.requests.entry(child).or_insert(request).end_senders.push(end_sender);
        });
    }

    /// The scope will not be polled again.
    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        drop(self.take());
    }

    /// If the queue is closed, the event is dropped with `add`, after the lock.
    fn notify(&self, add: impl FnOnce(&mut QueueState)) {
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        add(&mut state);
        let waiter = mem::take(&mut state.waiter);
        drop(state);
        waiter.wake();
    }
}

impl CutShort for ScopeQueue {
    fn cut_short(&self, child: u64, grace: Duration, cancellation: Cancellation) {
        self.notify(|state| {
            let request = GraceRequest { grace, cancellation };
            let shortest = state.events.graces.entry(MemberId(child)).or_insert(request);
            shortest.grace = shortest.grace.min(grace);
        });
    }
}

/// The waker of the body or of a child.
///
/// A scope cannot use a [pool](crate::parallel) instead. The slots of a pool are for children of
/// one type, which it starts, cancels and drops by rules of its own. A scope polls its body and its
/// children in one order, cancels each alone, and cancels those that are spawned later, too.
pub(super) struct MemberWaker {
    pub(super) member: MemberId,
    queue: Arc<ScopeQueue>,
    /// Whether it is in the queue.
    queued: AtomicBool,
}

impl MemberWaker {
    pub(super) fn new(member: MemberId, queue: &Arc<ScopeQueue>) -> Arc<Self> {
        Arc::new(MemberWaker { member, queue: Arc::clone(queue), queued: AtomicBool::new(false) })
    }

    /// Called before the member is polled: it can be woken again from here on. This is a
    /// read-modify-write, so that the poll sees everything that a thread wrote before it found the
    /// waker queued.
    pub(super) fn unqueue(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }
}

impl Wake for MemberWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.queue.notify(|state| state.events.woken.push(Arc::clone(self)));
        }
    }
}
