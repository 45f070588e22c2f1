//! The poll on a foreign executor in which this thread is, with its task and its executor.
//!
//! The task and the executor are lent to the thread for the time of the poll. So a poll counts no
//! references, and moves two words in and out of the thread.
//!
//! 1. `CURRENT` is changed only by [`within`], which restores it before it returns, also by a
//!    panic. So while it is not null, it points to the `CurrentPoll` of a call of `within` that has
//!    not returned: the innermost one on the stack of this thread.
//! 2. That `CurrentPoll` is borrowed as long as the call takes, so it is valid. It is used only by
//!    [`with`], which gives out a shared reference that cannot leave the closure.
//!
//! Callers of this file need not uphold anything. A [`PollId`] is only compared.

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::foreign::{Executor, HostedRef};

/// The task that is polled, and the executor for the tasks that it spawns.
#[derive(Clone, Copy)]
pub(super) struct CurrentPoll<'a> {
    pub(super) task: Option<&'a HostedRef>,
    pub(super) executor: &'a Executor,
}

/// The identity of a poll, among those that are on the stack of this thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct PollId(usize);

impl PollId {
    /// No poll has this identity, which is no address of a [`CurrentPoll`].
    pub(super) const NEVER: Self = PollId(usize::MAX);

    /// The [`id`] outside of all polls.
    pub(super) const OUTSIDE: Self = PollId(0);
}

impl Default for PollId {
    fn default() -> Self {
        PollId::NEVER
    }
}

thread_local! {
    // No destructor, so it exists until the very end of the thread.
    static CURRENT: Cell<*const CurrentPoll<'static>> = const { Cell::new(ptr::null()) };
}

/// Returns the identity of the innermost poll.
#[inline]
pub(super) fn id() -> PollId {
    PollId(CURRENT.get().addr())
}

/// Calls `look` with the innermost poll, if there is one.
#[inline]
pub(super) fn with<R>(look: impl FnOnce(Option<&CurrentPoll<'_>>) -> R) -> R {
    // SAFETY: it is null, or points to a `CurrentPoll` that a call of `within` further up the stack
    // has borrowed (1, 2). `look` cannot keep the reference.
    look(NonNull::new(CURRENT.get().cast_mut()).map(|poll| unsafe { poll.as_ref() }))
}

/// Calls `run` while `poll` is the innermost one.
#[inline]
pub(super) fn within<R>(poll: &CurrentPoll<'_>, run: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(ptr::from_ref(poll).cast()));
    run()
}

struct Restore(*const CurrentPoll<'static>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}
