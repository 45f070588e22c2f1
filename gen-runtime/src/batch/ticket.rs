//! [`Ticket`]: the right, and the duty, to give the results of a call.

use std::mem;
use std::sync::Arc;
use std::task::Waker;

use super::board::{Board, Outcome};
use super::entry::Entry;
use super::state::{CallId, Gathering};
use crate::Result;

/// The task of the call has it. If it is dropped before the results are given, the loads get an
/// error.
pub(super) struct Ticket<K, V> {
    board: Arc<Board<K, V>>,
    id: CallId,
    is_over: bool,
}

impl<K, V> Ticket<K, V> {
    pub(super) fn new(board: Arc<Board<K, V>>, id: CallId) -> Self {
        Ticket { board, id, is_over: false }
    }

    /// See [`Board::gather`].
    pub(super) fn gather(&self, waker: &Waker) -> Gathering {
        self.board.gather(self.id, waker)
    }

    /// See [`Board::depart`].
    pub(super) fn depart(&self) -> Option<Vec<Arc<Entry<K, V>>>> {
        self.board.depart(self.id)
    }

    /// No load is left, or these are the results of the keys. An error may come before the keys
    /// were taken.
    ///
    /// # Errors
    ///
    /// That of the call, if no load is left that could get it.
    pub(super) fn end(&mut self, keys: &mut Vec<Arc<Entry<K, V>>>, outcome: Option<Outcome<V>>) -> Result {
        self.is_over = true;
        let Some(outcome) = outcome else { return Ok(()) };
        let keys = match keys.is_empty() {
            true => self.depart().unwrap_or_default(),
            false => mem::take(keys),
        };
        self.board.finish(self.id, keys, outcome)
    }
}

impl<K, V> Drop for Ticket<K, V> {
    fn drop(&mut self) {
        if !self.is_over {
            self.board.lose(self.id);
        }
    }
}
