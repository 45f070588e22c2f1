//! A value that one thread at a time uses, in memory that many threads may hold.
//!
//! A task that is sent to a loop is made on one thread and polled on another one, while the
//! `JoinHandle` is anywhere. So the body is in an [`Exclusive`], which keeps these invariants:
//!
//! 1. `value` is used only between a change of `state` from `PRESENT` to `LENT` and the change back
//!    (or to `EMPTY`), or through `&mut`. The changes are atomic, so at most one thread, and one
//!    call on its stack, uses the value.
//! 2. `value` is initialised exactly while `state` is not `EMPTY`.
//! 3. The value may be pinned, so it is dropped in its place, before its memory is freed.
//! 4. The change to `LENT` acquires what the change from `LENT` has released. So the thread that
//!    uses the value next sees everything that the one before has written.
//!
//! A value that is used on several threads must be `Send`: the bounds of the `unsafe impl`s say so.
//! Callers of this file need not uphold anything.

use std::future::Future;
use std::marker::PhantomPinned;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::cell::BodyCell;
use crate::shims::{AtomicU32, Ordering, UnsafeCell};

/// No reference to the value is in use.
const PRESENT: u32 = 0;
/// A reference is in use: set by `lend`.
const LENT: u32 = 1;
/// The value was dropped: set by `clear`.
const EMPTY: u32 = 2;

pub(super) struct Exclusive<V> {
    state: AtomicU32,
    value: UnsafeCell<ManuallyDrop<V>>,
    /// A `&mut Exclusive` must not move the value.
    _pinned: PhantomPinned,
}

// SAFETY: sending the cell sends the value, which is `Send`.
unsafe impl<V: Send> Send for Exclusive<V> {}
// SAFETY: two threads never use the value at once (invariant 1), and one sees the writes of the
// other (4). A value that is used on one thread and later on another one has been sent there, and
// is `Send`. No shared reference to it is handed out, so it need not be `Sync`.
unsafe impl<V: Send> Sync for Exclusive<V> {}

impl<V> Exclusive<V> {
    pub(super) fn new(value: V) -> Self {
        Exclusive {
            state: AtomicU32::new(PRESENT),
            value: UnsafeCell::new(ManuallyDrop::new(value)),
            _pinned: PhantomPinned,
        }
    }

    /// Returns the guard with which the value may be used, unless it is in use or was dropped.
    fn lend(&self) -> Option<Lent<'_>> {
        let lent = self.state.compare_exchange(PRESENT, LENT, Ordering::Acquire, Ordering::Relaxed);
        lent.ok().map(|_| Lent { state: &self.state, next: PRESENT })
    }
}

impl<F: Future> BodyCell for Exclusive<F> {
    type Body = F;

    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Option<Poll<F::Output>> {
        let cell = self.get_ref();
        let _lent = cell.lend()?;
        cell.value.with_mut(|value| {
            // SAFETY: the state was `PRESENT`, so the value is initialised (2), and it is `LENT`
            // until the guard is dropped, so this is the only reference (1). The cell is pinned,
            // and drops the value in its place (3), so the value is pinned too.
            let body = unsafe { Pin::new_unchecked(&mut **value) };
            Some(body.poll(cx))
        })
    }

    fn clear(self: Pin<&Self>) {
        let cell = self.get_ref();
        let Some(mut lent) = cell.lend() else { return };
        // Before the drop, which may panic.
        lent.next = EMPTY;
        // SAFETY: as in `poll`; the state is `EMPTY` when the guard is dropped, so the value is not
        // used or dropped again.
        cell.value.with_mut(|value| unsafe { ManuallyDrop::drop(&mut *value) });
    }
}

/// Sets the state when the reference is gone, also by a panic.
struct Lent<'a> {
    state: &'a AtomicU32,
    next: u32,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.state.store(self.next, Ordering::Release);
    }
}

impl<V> Drop for Exclusive<V> {
    fn drop(&mut self) {
        if self.state.load(Ordering::Acquire) == EMPTY {
            return;
        }
        // SAFETY: there is no reference to the value, because this is `&mut self`. The value is
        // initialised, because the state is not `EMPTY` (2).
        self.value.with_mut(|value| unsafe { ManuallyDrop::drop(&mut *value) });
    }
}
