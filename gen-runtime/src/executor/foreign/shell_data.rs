//! The data of a shell. They are in the block of the task, because executors move their futures,
//! and a shell of two words is moved faster than one of nine.

use std::time::Instant;

use super::clock::ForeignTimer;
use super::executor::Executor;
use crate::inject::Addressee;
use crate::inject::Cancellation;

pub(super) struct ShellData {
    pub(super) visit: Visit,
    // In a box, because it is large, and most tasks have none.
    pub(super) grace: Option<Box<Grace>>,
}

/// Brings the injections of a mailbox into the polls of a body: see `visit.rs`.
pub(super) struct Visit {
    /// The executor on which the task spawns.
    pub(super) executor: Executor,
    /// The identity of the waker in the mailbox; `None` if there is none, or it may have been
    /// taken.
    pub(super) known_waker: Option<Addressee>,
}

/// The time by which the task must have ended.
pub(super) struct Grace {
    pub(super) deadline: Instant,
    pub(super) request: Cancellation,
    /// `None` before the first poll.
    pub(super) timer: Option<ForeignTimer>,
}

impl ShellData {
    /// For a task that spawns its tasks on `executor`.
    pub(super) fn new(executor: Executor) -> Self {
        ShellData { visit: Visit::new(executor), grace: None }
    }

    /// Whether it holds nothing that has a destructor.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.visit.executor.is_usual() && self.grace.is_none()
    }
}

impl Visit {
    pub(super) fn new(executor: Executor) -> Self {
        Visit { executor, known_waker: None }
    }
}

/// They are dropped with the block if the shell is leaked, on any thread.
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<ShellData>();
};
