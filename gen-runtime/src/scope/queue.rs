//! What has happened in a scope since it was last polled.
//!
//! | | news | `begin` | `end` |
//! |---|---|---|---|
//! | asleep: pending | noted; the parent is woken: awake | awake | |
//! | awake: being polled, or about to be | noted | awake | asleep, or awake if there is news |
//! | closed | dropped | | |

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use crate::inject::{Cancellation, EndSender, EndSenders};
use crate::sync::{lock, AtomicBool, Mutex, Ordering};
use crate::task::{CutShort, Whom};

/// Names the body or a child of a scope. None is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MemberId(u64);

impl MemberId {
    pub(super) const BODY: MemberId = MemberId(0);

    pub(super) fn next(self) -> Self {
        MemberId(self.0 + 1)
    }

    /// How a child that is cancelled is found again.
    pub(super) fn in_scope(self, queue: &Arc<ScopeQueue>) -> Whom {
        Whom::Child(Arc::clone(queue) as Arc<dyn CutShort>, self.0)
    }

    /// The number of a child, from 0.
    pub(super) fn child(self) -> usize {
        // Children are numbered from 1, and their number does not exceed the memory of any machine.
        self.0.saturating_sub(1) as usize
    }
}

/// To cancel a child; the signals are dropped when it has ended.
pub(super) struct ChildRequest {
    pub(super) cancellation: Cancellation,
    pub(super) signals: EndSenders,
}

/// To drop a child when its time is up, with the request that it has not ended by.
pub(super) struct LastCall {
    pub(super) grace: Duration,
    pub(super) request: Cancellation,
}

#[derive(Default)]
pub(super) struct ScopeQueue {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Who was woken, first come first, each once.
    woken: Vec<Arc<MemberWaker>>,
    /// Of several for one child, the first is told.
    requests: BTreeMap<MemberId, ChildRequest>,
    /// Of several for one child, the shortest.
    last_calls: BTreeMap<MemberId, LastCall>,
    /// There are children in the inbox.
    spawned: bool,
    /// Nobody has to wake the parent.
    awake: bool,
    closed: bool,
    parent: Option<Waker>,
}

/// What has happened.
#[derive(Default)]
pub(super) struct ScopeEvents {
    pub(super) woken: Vec<Arc<MemberWaker>>,
    pub(super) requests: BTreeMap<MemberId, ChildRequest>,
    pub(super) last_calls: BTreeMap<MemberId, LastCall>,
}

impl State {
    fn take_news(&mut self) -> ScopeEvents {
        ScopeEvents {
            woken: mem::take(&mut self.woken),
            requests: mem::take(&mut self.requests),
            last_calls: mem::take(&mut self.last_calls),
        }
    }
}

impl ScopeQueue {
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
    pub(super) fn take(&self) -> ScopeEvents {
        lock(&self.state).take_news()
    }

    /// Those of the woken that are left to the next poll, in front of who is woken meanwhile.
    #[cold]
    pub(super) fn leave(&self, woken: impl ExactSizeIterator<Item = Arc<MemberWaker>>) {
        lock(&self.state).woken.splice(0..0, woken);
    }

    /// The inbox was emptied.
    pub(super) fn emptied(&self) {
        lock(&self.state).spawned = false;
    }

    /// The poll ends; answers whether there is more to do.
    pub(super) fn end(&self) -> bool {
        let mut state = lock(&self.state);
        let is_asked = !state.requests.is_empty() || !state.last_calls.is_empty();
        state.awake = state.spawned || !state.woken.is_empty() || is_asked;
        state.awake
    }

    /// A child is in the inbox.
    pub(super) fn spawned(&self) {
        self.notify(|state| state.spawned = true);
    }

    /// Cancels a child.
    pub(super) fn request(&self, child: MemberId, cancellation: Cancellation, signal: EndSender) {
        self.notify(|state| {
            let request = ChildRequest { cancellation, signals: EndSenders::default() };
            state.requests.entry(child).or_insert(request).signals.push(signal);
        });
    }

    /// Nobody will poll the scope again.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let left = (state.take_news(), state.parent.take());
        drop(state);
        drop(left);
    }

    fn notify(&self, note: impl FnOnce(&mut State)) {
        let mut state = lock(&self.state);
        if state.closed {
            return;
        }
        note(&mut state);
        if mem::replace(&mut state.awake, true) {
            return;
        }
        // Taken: a clone would run anybody's code under the lock. The next poll brings another one.
        let parent = state.parent.take();
        drop(state);
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

impl CutShort for ScopeQueue {
    fn cut_short(&self, child: u64, grace: Duration, request: Cancellation) {
        self.notify(|state| {
            let call = state.last_calls.entry(MemberId(child)).or_insert(LastCall { grace, request });
            call.grace = call.grace.min(grace);
        });
    }
}

/// The waker of the body or of a child.
pub(super) struct MemberWaker {
    pub(super) member: MemberId,
    queue: Arc<ScopeQueue>,
    /// It is among those that were woken.
    queued: AtomicBool,
}

impl MemberWaker {
    pub(super) fn new(member: MemberId, queue: &Arc<ScopeQueue>) -> Arc<Self> {
        Arc::new(MemberWaker { member, queue: Arc::clone(queue), queued: AtomicBool::new(false) })
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
            self.queue.notify(|state| state.woken.push(Arc::clone(self)));
        }
    }
}
