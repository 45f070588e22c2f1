//! What has happened in a scope since it was last polled.
//!
//! | state of the cell | news | `take` | `sleep` |
//! |---|---|---|---|
//! | empty: the scope is pending, and its task is the waiter | full; the waiter is woken | full, without news | |
//! | full: the scope is being polled, or about to be | noted | the news are taken | empty, unless there are news |
//! | full, and closed | dropped | | |

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use crate::inject::{Cancellation, EndSender, EndSenders};
use crate::sync::{AtomicBool, Ordering};
use crate::task::{CutShort, Whom};
use crate::waiter::{Stage, Waiter, WaiterCell};

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
    cell: WaiterCell<News>,
}

#[derive(Default)]
struct News {
    events: ScopeEvents,
    /// There are children in the inbox.
    spawned: bool,
    closed: bool,
}

/// What has happened.
#[derive(Default)]
pub(super) struct ScopeEvents {
    /// Who was woken, first come first, each once.
    pub(super) woken: Vec<Arc<MemberWaker>>,
    /// Of several for one child, the first is told.
    pub(super) requests: BTreeMap<MemberId, ChildRequest>,
    /// Of several for one child, the shortest.
    pub(super) last_calls: BTreeMap<MemberId, LastCall>,
}

impl News {
    fn is_empty(&self) -> bool {
        let ScopeEvents { woken, requests, last_calls } = &self.events;
        !self.spawned && woken.is_empty() && requests.is_empty() && last_calls.is_empty()
    }
}

impl ScopeQueue {
    /// Takes what has happened so far. From here on to [`sleep`](Self::sleep) nobody has to wake the
    /// scope.
    pub(super) fn take(&self) -> ScopeEvents {
        self.cell.fill(|news| mem::take(&mut news.events)).1
    }

    /// Those of the woken that are left to the next poll, in front of who is woken meanwhile.
    #[cold]
    pub(super) fn leave(&self, woken: impl ExactSizeIterator<Item = Arc<MemberWaker>>) {
        self.cell.fill(|news| drop(news.events.woken.splice(0..0, woken)));
    }

    /// The inbox was emptied.
    pub(super) fn emptied(&self) {
        self.cell.fill(|news| news.spawned = false);
    }

    /// The poll ends: has `parent` woken when there are news. `false` if there are some already.
    pub(super) fn sleep(&self, parent: &Waker) -> bool {
        let mut waiter = Waiter::from(parent);
        self.cell.with(|stage| match stage {
            Stage::Full(news) if news.is_empty() => {
                *stage = Stage::Empty(mem::take(&mut waiter));
                true
            }
            _ => false,
        })
    }

    /// A child is in the inbox.
    pub(super) fn spawned(&self) {
        self.notify(|news| news.spawned = true);
    }

    /// Cancels a child.
    pub(super) fn request(&self, child: MemberId, cancellation: Cancellation, signal: EndSender) {
        self.notify(|news| {
            let request = ChildRequest { cancellation, signals: EndSenders::default() };
            news.events.requests.entry(child).or_insert(request).signals.push(signal);
        });
    }

    /// Nobody will poll the scope again.
    pub(super) fn close(&self) {
        let left = self.cell.fill(|news| {
            news.closed = true;
            mem::take(&mut news.events)
        });
        drop(left);
    }

    fn notify(&self, note: impl FnOnce(&mut News)) {
        // What is not noted is dropped outside of the lock.
        let mut note = Some(note);
        let (waiter, ()) = self.cell.fill(|news| {
            if let Some(note) = note.take_if(|_| !news.closed) {
                note(news);
            }
        });
        waiter.wake();
    }
}

impl CutShort for ScopeQueue {
    fn cut_short(&self, child: u64, grace: Duration, request: Cancellation) {
        self.notify(|news| {
            let call = news.events.last_calls.entry(MemberId(child)).or_insert(LastCall { grace, request });
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
            self.queue.notify(|news| news.events.woken.push(Arc::clone(self)));
        }
    }
}
