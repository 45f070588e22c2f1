//! A value, or the waker of the future that waits for it.

use std::mem;
use std::task::{Poll, Waker};

use super::StageLock;
use crate::report::contain;

/// See the states and the rules of the module.
pub(crate) struct WaiterCell<V>(StageLock<Stage<V>>);

pub(crate) enum Stage<V> {
    Empty(Waiter),
    Full(V),
}

/// The waker of the future that waits, if one does. It is woken or dropped outside of the lock.
#[derive(Debug, Default)]
pub(crate) struct Waiter(Option<Waker>);

impl From<&Waker> for Waiter {
    fn from(waker: &Waker) -> Self {
        Waiter(Some(waker.clone()))
    }
}

impl Waiter {
    /// Whether it is a clone of `waker`.
    pub(crate) fn will_wake(&self, waker: &Waker) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.will_wake(waker))
    }

    /// Whether there is a waker.
    #[inline]
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Wakes the future.
    pub(crate) fn wake(self) {
        self.0.into_iter().for_each(wake);
    }
}

/// A panic of the waker is reported and ends here.
pub(super) fn wake(waker: Waker) {
    contain("a waker", || waker.wake());
}

/// The words of the lock.
const EMPTY: u8 = 0;
const FULL: u8 = 1;

impl<V> Stage<V> {
    fn word(&self) -> u8 {
        match self {
            Stage::Empty(_) => EMPTY,
            Stage::Full(_) => FULL,
        }
    }

    /// Of a stage that was replaced: wakes the future that waited.
    pub(crate) fn wake(self) {
        if let Stage::Empty(waiter) = self {
            waiter.wake();
        }
    }

    pub(crate) fn into_value(self) -> Option<V> {
        match self {
            Stage::Empty(_) => None,
            Stage::Full(value) => Some(value),
        }
    }
}

impl<V> Default for WaiterCell<V> {
    /// An empty cell.
    fn default() -> Self {
        WaiterCell(StageLock::new(Stage::Empty(Waiter::default())))
    }
}

impl<V> WaiterCell<V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.stage() == EMPTY
    }

    /// Ready with the output of `read`, which runs under the lock. Until there is a value, the cell
    /// keeps `waker`.
    pub(crate) fn poll<R>(&self, waker: &Waker, read: impl FnOnce(&mut V) -> R) -> Poll<R> {
        // Only the future that waits empties a cell, so a cell that is full now needs no waker.
        let mut waiter = if self.is_empty() { Waiter::from(waker) } else { Waiter::default() };
        self.with(|stage| match stage {
            Stage::Full(value) => Poll::Ready(read(value)),
            Stage::Empty(kept) => {
                mem::swap(kept, &mut waiter);
                Poll::Pending
            }
        })
    }

    /// Puts a value into an empty cell, and wakes the future that waits. Gives the value back if
    /// the cell is full.
    pub(crate) fn put(&self, value: V) -> Result<(), V> {
        let before = self.with(|stage| match stage {
            Stage::Empty(_) => Ok(mem::replace(stage, Stage::Full(value))),
            Stage::Full(_) => Err(value),
        })?;
        before.wake();
        Ok(())
    }

    /// Fills the cell in any case. The caller wakes or drops what was in it.
    pub(crate) fn replace(&self, value: V) -> Stage<V> {
        self.with(|stage| mem::replace(stage, Stage::Full(value)))
    }

    /// The future that waited is gone.
    pub(crate) fn forget(&self) {
        let waiter = self.with(|stage| match stage {
            Stage::Empty(waiter) => mem::take(waiter),
            Stage::Full(_) => Waiter::default(),
        });
        drop(waiter);
    }

    /// Runs `change` under the lock. It moves out whatever is to be woken or dropped.
    pub(crate) fn with<R>(&self, change: impl FnOnce(&mut Stage<V>) -> R) -> R {
        self.0.with(|word, stage| {
            let result = change(stage);
            *word = stage.word();
            result
        })
    }
}
