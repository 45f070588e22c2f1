//! [`Loader`]: the keys and the calls of a batch, and the closure that starts the task of a call.

use std::hash::{BuildHasher, Hash, RandomState};
use std::panic::{catch_unwind, AssertUnwindSafe, Location};
use std::sync::Arc;
use std::time::Duration;

use super::board::Board;
use super::state::CallId;
use super::ticket::Ticket;
use crate::error::Panicked;
use crate::executor::host;
use crate::task::JoinHandle;

/// Shared by the clones of a batch, and their loads.
pub(super) struct Loader<K, V, S: ?Sized> {
    pub(super) board: Arc<Board<K, V>>,
    hasher: RandomState,
    start: S,
}

/// Starts the task of a call, which waits that long for more keys.
pub(super) trait Start<K, V>: Fn(Ticket<K, V>, Until) -> JoinHandle<()> {}

impl<K, V, S: Fn(Ticket<K, V>, Until) -> JoinHandle<()>> Start<K, V> for S {}

pub(super) type SendStart<K, V> = dyn Start<K, V> + Send + Sync;
pub(super) type LocalStart<K, V> = dyn Start<K, V>;

/// When a call departs, as the user has set it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) max: usize,
    pub(super) window: Option<Duration>,
}

impl Settings {
    pub(super) const OF_BATCH: Settings = Settings { max: usize::MAX, window: None };
    pub(super) const OF_SINGLE_FLIGHT: Settings = Settings { max: 1, window: None };

    /// For a call that begins on this thread.
    pub(super) fn until(&self) -> Until {
        match self.window {
            Some(window) => Until::EndOfWindow(window),
            // A call that is full waits for nothing.
            None if self.max == 1 || host::turn().is_some() => Until::NextTurn,
            None => Until::EndOfPoll,
        }
    }
}

/// The end of the time in which keys are added to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// On a loop, where all tasks that are ready have run by then.
    NextTurn,
    /// On another executor: until the poll that asked for the first key has returned.
    EndOfPoll,
    EndOfWindow(Duration),
}

impl<K, V, S> Loader<K, V, S> {
    pub(super) fn new(what: &'static str, at: &'static Location<'static>, start: S) -> Self {
        Loader { board: Arc::new(Board::new(what, at)), hasher: RandomState::new(), start }
    }
}

impl<K: Hash, V, S: ?Sized> Loader<K, V, S> {
    pub(super) fn hash(&self, key: &K) -> u64 {
        self.hasher.hash_one(key)
    }
}

impl<K, V, S: Start<K, V> + ?Sized> Loader<K, V, S> {
    /// Starts the task of a call. Nothing is locked, because the task runs its first step here.
    pub(super) fn start(&self, call: CallId, until: Until) {
        let ticket = Ticket::new(Arc::clone(&self.board), call);
        match catch_unwind(AssertUnwindSafe(|| (self.start)(ticket, until))) {
            Ok(task) => self.board.started(call, task),
            // Such as of a subscriber of `tracing` that makes the span.
            Err(payload) => self.board.fail(call, Panicked::new(payload).into()),
        }
    }
}
