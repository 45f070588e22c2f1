//! Polls in a fixed order: a body that is replayed must do the same again, in any process.
//!
//! [`in_fixed_order`] marks the polls of a thread. In such a poll
//!
//! | what | does |
//! |---|---|
//! | a yield of a map without an order, a load of a batch, a timer where there is none | is refused: it is noted for the caller of the poll, and the yield stays pending, so that the caller finds it |
//! | a task, a callback, a closure on another thread | is refused: the call is noted for the caller of the poll, and starts nothing |
//! | the drop of a bracket, whose release would go on as a task | is refused: it is noted, and the release is dropped |
//! | a group with many woken children | polls all of them, whatever the budget of the task |
//!
//! Without such a poll in the process the check costs one load of an atomic.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The kind of a thing that a poll [in a fixed order](crate::drive::in_fixed_order) refuses. It
/// prints as a noun, such as "a `HashMap`".
///
/// No name is that of a type, because rustc would then print that type with its path everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusedKind {
    /// A map whose order differs from map to map.
    UnorderedMap,
    /// The timer of a sleep or of a timeout, where the executor has none.
    MissingTimer,
    /// A load of a [`batch`](crate::batch()) or a [`single_flight`](crate::single_flight()).
    LoadOfBatch,
    /// A task, whatever starts it.
    SpawnedTask,
    /// A function that other code is to call.
    MadeCallback,
    /// A closure on another thread: [`blocking`](crate::blocking()).
    BlockingCall,
    /// The drop of a [`bracket`](crate::bracket()) that has not ended.
    DroppedBracket,
}

impl fmt::Display for RefusedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RefusedKind::UnorderedMap => "a `HashMap`",
            RefusedKind::MissingTimer => "a timer of gen",
            RefusedKind::LoadOfBatch => "a load of a batch",
            RefusedKind::SpawnedTask => "a spawned task",
            RefusedKind::MadeCallback => "a callback",
            RefusedKind::BlockingCall => "`gen::blocking`",
            RefusedKind::DroppedBracket => "a bracket that is dropped",
        })
    }
}

/// The number of threads that are in such a poll.
static POLLS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The poll of this thread, if it is in a fixed order, and the first thing that it has refused.
    static POLL: Cell<Option<Option<Refused>>> = const { Cell::new(None) };
}

/// The first thing that a poll [in a fixed order](crate::drive::in_fixed_order) has refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    kind: RefusedKind,
    called_at: Option<&'static Location<'static>>,
}

impl Refused {
    /// The kind of that thing.
    #[must_use]
    pub fn kind(&self) -> RefusedKind {
        self.kind
    }

    /// The call that was refused. `None` for a yield: it stays pending, and
    /// [`poll_asked`](crate::drive::poll_asked) finds it.
    #[must_use]
    pub fn called_at(&self) -> Option<&'static Location<'static>> {
        self.called_at
    }
}

/// Ends the poll, also by a panic, and restores the one around it.
struct Ordered {
    outer: Option<Option<Refused>>,
}

impl Ordered {
    fn new() -> Self {
        POLLS.fetch_add(1, Ordering::Relaxed);
        Ordered { outer: POLL.try_with(|poll| poll.replace(Some(None))).unwrap_or_default() }
    }

    fn refused(&self) -> Option<Refused> {
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
pub(crate) fn in_fixed_order<R>(poll: impl FnOnce() -> R) -> (R, Option<Refused>) {
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

/// Whether a yield of that kind is refused, since this thread is in a poll in a fixed order.
/// It then has to [stay pending](super::answering::stay_pending), or to say by itself what it waits
/// for.
#[inline]
pub(crate) fn refuses_yield(kind: RefusedKind) -> bool {
    POLLS.load(Ordering::Relaxed) != 0 && refuse_here(Refused { kind, called_at: None })
}

/// Whether a call of that kind is refused, since this thread is in a poll in a fixed order.
#[track_caller]
#[inline]
pub(crate) fn refuses_call(kind: RefusedKind) -> bool {
    refuses_call_at(kind, Location::caller())
}

/// As [`refuses_call`], for a call at `called_at`.
#[inline]
pub(crate) fn refuses_call_at(kind: RefusedKind, called_at: &'static Location<'static>) -> bool {
    POLLS.load(Ordering::Relaxed) != 0 && refuse_here(Refused { kind, called_at: Some(called_at) })
}

#[cold]
fn refuse_here(refused: Refused) -> bool {
    let refuse = |poll: &Cell<Option<Option<Refused>>>| match poll.get() {
        Some(first) => {
            poll.set(Some(first.or(Some(refused))));
            true
        }
        None => false,
    };
    POLL.try_with(refuse).unwrap_or(false)
}
