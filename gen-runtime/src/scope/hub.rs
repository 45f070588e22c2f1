//! What has happened in a scope since it was last polled.
//!
//! | | news | `begin` | `end` |
//! |---|---|---|---|
//! | asleep: pending | noted; the parent is woken: awake | awake | |
//! | awake: being polled, or about to be | noted | awake | asleep, or awake if there is news |
//! | closed | dropped | | |

use std::mem;
use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::cancel::Cancellation;
use crate::sync::{lock, AtomicBool, Mutex, Ordering};
use crate::task::EndSignal;

/// Names the body or a child of a scope. None is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MemberId(u64);

impl MemberId {
    pub(super) const BODY: MemberId = MemberId(0);

    pub(super) fn next(self) -> Self {
        MemberId(self.0 + 1)
    }

    /// The number of a child, from 0.
    pub(super) fn child(self) -> usize {
        // Children are numbered from 1, and their number does not exceed the memory of any machine.
        self.0.saturating_sub(1) as usize
    }
}

/// To cancel a child; the signal is dropped when it has ended.
pub(super) struct Request {
    pub(super) child: MemberId,
    pub(super) cancellation: Cancellation,
    pub(super) signal: EndSignal,
}

#[derive(Default)]
pub(super) struct Hub {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Who was woken, first come first, each once.
    woken: Vec<Arc<MemberWaker>>,
    requests: Vec<Request>,
    /// There are children in the inbox.
    spawned: bool,
    /// Nobody has to wake the parent.
    awake: bool,
    closed: bool,
    parent: Option<Waker>,
}

/// What has happened.
#[derive(Default)]
pub(super) struct News {
    pub(super) woken: Vec<Arc<MemberWaker>>,
    pub(super) requests: Vec<Request>,
}

impl Hub {
    /// A poll of the scope begins: says whom to wake from its end on.
    pub(super) fn begin(&self, parent: &Waker) {
        // Cloned, and the old one dropped, outside of the lock: both may run anybody's code.
        let parent = parent.clone();
        let before = {
            let mut state = lock(&self.state);
            state.awake = true;
            state.parent.replace(parent)
        };
        drop(before);
    }

    /// Takes what has happened so far.
    pub(super) fn take(&self) -> News {
        let mut state = lock(&self.state);
        News { woken: mem::take(&mut state.woken), requests: mem::take(&mut state.requests) }
    }

    /// The inbox was emptied.
    pub(super) fn emptied(&self) {
        lock(&self.state).spawned = false;
    }

    /// The poll ends; answers whether there is more to do.
    pub(super) fn end(&self) -> bool {
        let mut state = lock(&self.state);
        state.awake = state.spawned || !state.woken.is_empty() || !state.requests.is_empty();
        state.awake
    }

    /// A child is in the inbox.
    pub(super) fn spawned(&self) {
        self.tell(|state| state.spawned = true);
    }

    pub(super) fn request(&self, request: Request) {
        self.tell(|state| state.requests.push(request));
    }

    /// Nobody will poll the scope again.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let left = (mem::take(&mut state.woken), mem::take(&mut state.requests), state.parent.take());
        drop(state);
        drop(left);
    }

    fn tell(&self, note: impl FnOnce(&mut State)) {
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        note(&mut state);
        if mem::replace(&mut state.awake, true) {
            return;
        }
        let parent = state.parent.clone();
        drop(state);
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

/// The waker of the body or of a child.
pub(super) struct MemberWaker {
    pub(super) member: MemberId,
    hub: Arc<Hub>,
    /// It is among those that were woken.
    queued: AtomicBool,
}

impl MemberWaker {
    pub(super) fn new(member: MemberId, hub: &Arc<Hub>) -> Arc<Self> {
        Arc::new(MemberWaker { member, hub: Arc::clone(hub), queued: AtomicBool::new(false) })
    }

    /// It is about to be polled: from here on it can be woken again. A read-modify-write, so that what a waking thread wrote before it found this queued is seen by the poll.
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
            self.hub.tell(|state| state.woken.push(Arc::clone(self)));
        }
    }
}
