//! Polls in a fixed order: a body that is replayed must do the same again, in any process.
//!
//! [`in_fixed_order`] marks the polls of a thread. In such a poll
//!
//! | what | does |
//! |---|---|
//! | a map without an order, a spawned task, a timer where there is none | is [refused](refuses): it is noted for the caller of the poll |
//! | a group with many woken children | polls all of them, whatever the budget of the task |
//!
//! Without such a poll in the process the check costs one load of an atomic.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The timer of a sleep or of a timeout, where the executor has none.
pub(crate) const TIMER: &str = "a timer of gen";

/// The number of threads that are in such a poll.
static POLLS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The poll of this thread, if it is in a fixed order, and the first thing that it has refused.
    static POLL: Cell<Option<Option<&'static str>>> = const { Cell::new(None) };
}

/// Ends the poll, also by a panic, and restores the one around it.
struct Ordered {
    outer: Option<Option<&'static str>>,
}

impl Ordered {
    fn new() -> Self {
        POLLS.fetch_add(1, Ordering::Relaxed);
        Ordered { outer: POLL.try_with(|poll| poll.replace(Some(None))).unwrap_or_default() }
    }

    fn refused(&self) -> Option<&'static str> {
        POLL.try_with(Cell::get).ok().flatten().flatten()
    }
}

impl Drop for Ordered {
    fn drop(&mut self) {
        let _ = POLL.try_with(|poll| poll.set(self.outer));
        POLLS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs `poll` in a fixed order. Returns the first thing that was refused, too.
pub(crate) fn in_fixed_order<R>(poll: impl FnOnce() -> R) -> (R, Option<&'static str>) {
    let ordered = Ordered::new();
    let polled = poll();
    (polled, ordered.refused())
}

/// Whether this thread is in a poll in a fixed order.
#[inline]
pub(crate) fn is_fixed() -> bool {
    POLLS.load(Ordering::Relaxed) != 0 && is_fixed_here()
}

#[cold]
fn is_fixed_here() -> bool {
    POLL.try_with(|poll| poll.get().is_some()).unwrap_or(false)
}

/// Whether `what` is refused, since this thread is in a poll in a fixed order.
#[inline]
pub(crate) fn refuses(what: &'static str) -> bool {
    POLLS.load(Ordering::Relaxed) != 0 && refuse_here(what)
}

#[cold]
fn refuse_here(what: &'static str) -> bool {
    let refuse = |poll: &Cell<Option<Option<&'static str>>>| match poll.get() {
        Some(refused) => {
            poll.set(Some(refused.or(Some(what))));
            true
        }
        None => false,
    };
    POLL.try_with(refuse).unwrap_or(false)
}
