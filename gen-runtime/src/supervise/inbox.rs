//! `Inbox`: the children to be started and to be stopped since the last poll, from any thread.
//!
//! | state | `push` | `take` | `sleep` | `close` |
//! |---|---|---|---|---|
//! | asleep: the supervisor is pending | the event is added, and the waiter is woken: awake | awake | | closed |
//! | awake: it is being polled, or about to be | the event is added | the events are taken | asleep, unless there are events | closed |
//! | closed: it has ended, or was dropped | the event is given back | nothing | | |
//!
//! No code of a user runs under the lock.

use std::mem;
use std::sync::Arc;
use std::task::Waker;

use super::board::{Board, ChildId, NewChild};
use super::body::DROP;
use super::restart::ChildOptions;
use crate::inject::{Cancellation, EndSender};
use crate::report::{contain, drop_each};
use crate::waiter::{StageLock, Waiter};

/// A child that is to be added.
pub(super) struct Spec<C> {
    pub(super) name: Arc<str>,
    pub(super) body: C,
    pub(super) options: ChildOptions,
    /// Whether the child says that it is ready.
    pub(super) says_ready: bool,
}

impl<C> Spec<C> {
    /// Its part for the board.
    pub(super) fn new_child(&self) -> NewChild {
        NewChild { name: Arc::clone(&self.name), says_ready: self.says_ready }
    }
}

/// Children that the supervisor adds in its first poll. Each drop of one is contained.
pub(super) struct NewChildren<C>(Vec<(ChildId, Spec<C>)>);

impl<C> NewChildren<C> {
    pub(super) fn new(ids: Vec<ChildId>, specs: Vec<Spec<C>>) -> Self {
        NewChildren(ids.into_iter().zip(specs).collect())
    }

    pub(super) fn into_iter(mut self) -> impl Iterator<Item = (ChildId, Spec<C>)> {
        mem::take(&mut self.0).into_iter()
    }
}

impl<C> Default for NewChildren<C> {
    fn default() -> Self {
        NewChildren(Vec::new())
    }
}

impl<C> Drop for NewChildren<C> {
    fn drop(&mut self) {
        drop_each(DROP, mem::take(&mut self.0));
    }
}

pub(super) enum Event<C> {
    Start(ChildId, Spec<C>),
    Stop(ChildId, Cancellation, EndSender),
}

pub(super) fn drop_events<C>(events: Vec<Event<C>>) {
    drop_each(DROP, events);
}

pub(super) struct Inbox<C> {
    pub(super) board: Arc<Board>,
    state: StageLock<State<C>>,
}

/// The words of the lock: the states of the table.
const AWAKE: u8 = 0;
const ASLEEP: u8 = 1;
const CLOSED: u8 = 2;

struct State<C> {
    events: Vec<Event<C>>,
    /// Kept from poll to poll, until it is woken.
    waiter: Waiter,
}

impl<C> Inbox<C> {
    fn new() -> Self {
        let state = State { events: Vec::new(), waiter: Waiter::default() };
        Inbox { board: Board::new(), state: StageLock::new(state) }
    }

    /// Adds events. Gives them back if the supervisor has ended.
    pub(super) fn push(&self, mut events: Vec<Event<C>>) -> Result<(), Vec<Event<C>>> {
        let waiter = self.state.with(|stage, state| {
            if *stage == CLOSED {
                return None;
            }
            state.events.append(&mut events);
            if mem::replace(stage, AWAKE) == AWAKE {
                return Some(Waiter::default());
            }
            Some(mem::take(&mut state.waiter))
        });
        match waiter {
            Some(waiter) => {
                waiter.wake();
                Ok(())
            }
            None => Err(events),
        }
    }

    /// Takes the events so far. From here to [`sleep`](Self::sleep) no event has to wake the
    /// supervisor.
    pub(super) fn take(&self) -> Vec<Event<C>> {
        self.state.with(|stage, state| {
            if *stage == ASLEEP {
                *stage = AWAKE;
            }
            mem::take(&mut state.events)
        })
    }

    /// Ends the poll: has `waker` woken by the next event. `false` if there are events already.
    pub(super) fn sleep(&self, waker: &Waker) -> bool {
        let mut replaced = Waiter::default();
        let is_asleep = self.state.with(|stage, state| {
            if !state.events.is_empty() {
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

    /// Closes it if there are no events; returns whether it is closed.
    pub(super) fn close_if_empty(&self) -> bool {
        self.state.with(|stage, state| {
            if state.events.is_empty() {
                *stage = CLOSED;
            }
            *stage == CLOSED
        })
    }

    /// Closes it, and drops the events. A child may hold the inbox, which is a cycle until then.
    pub(super) fn close(&self) {
        let (events, waiter) = self.state.with(|stage, state| {
            *stage = CLOSED;
            (mem::take(&mut state.events), mem::take(&mut state.waiter))
        });
        contain("a waker", || drop(waiter));
        drop_events(events);
    }
}

/// The inbox of a supervisor. Its drop closes it: also if there is no supervisor yet, because the
/// closure that adds the children has panicked.
pub(super) struct InboxOwner<C>(pub(super) Arc<Inbox<C>>);

impl<C> InboxOwner<C> {
    pub(super) fn new() -> Self {
        InboxOwner(Arc::new(Inbox::new()))
    }
}

impl<C> Drop for InboxOwner<C> {
    fn drop(&mut self) {
        self.0.board.close();
        self.0.close();
    }
}
