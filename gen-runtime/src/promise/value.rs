//! The result of a promise, of which its futures make clones.
//!
//! `T::clone` is code of the user, and may read the promise whose value it clones. So the state of
//! the promise is not locked while a clone is made. But `T` need not be `Sync`, so two threads must
//! not clone it at once. A thread that clones *has the turn*, and the other threads wait for the
//! turn. If its clone reads the same promise again, it still has the turn.
//!
//! # Safety
//!
//! The unsafe code of the promises is in this file, and at its calls in `state.rs`. The invariants:
//!
//! 1. The content is written once, by [`put`](Value::put), while the state is locked and pending.
//!    It is taken once, by [`take`](Value::take), in the drop of the last co-owner, when the state
//!    is done, which is final.
//! 2. A reference to the content exists only inside of [`clone_in_turn`](Value::clone_in_turn) and
//!    [`clone_alone`](Value::clone_alone). They are called after the state was found to be done,
//!    for a `SharedFuture` that is borrowed during the call. So the co-owner in it is counted until
//!    the reference is gone, and the content is neither written nor taken meanwhile.
//! 3. Two threads never have such references at once. The thread that has one either has the turn,
//!    or has borrowed the only co-owner mutably, so that no other thread has a future to read.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::shims::{lock, Mutex, ThreadNumber, UnsafeCell};
use crate::Result;

pub(super) struct Value<T> {
    content: UnsafeCell<Option<Result<T>>>,
    /// Locked by the thread that has the turn.
    turn: Mutex<()>,
    /// The number of that thread; 0 while no thread has it.
    holder: AtomicU32,
}

// SAFETY: the value owns a `Result<T>`, and no part of it is bound to a thread if `T: Send`.
unsafe impl<T: Send> Send for Value<T> {}
// SAFETY: the content is written and taken by one thread (1) while no other has a reference (2),
// and only one thread at a time has references (3), so `T: Sync` is not needed.
unsafe impl<T: Send> Sync for Value<T> {}

impl<T> Value<T> {
    pub(super) fn new() -> Self {
        Value { content: UnsafeCell::new(None), turn: Mutex::new(()), holder: AtomicU32::new(0) }
    }

    /// Moves the result in.
    ///
    /// # Safety
    ///
    /// The state is locked and pending, and becomes done before it is unlocked (invariant 1).
    pub(super) unsafe fn put(&self, result: &mut Option<Result<T>>) {
        // SAFETY: pending, so there is no reference (2), and the lock keeps other writers out (1).
        self.content.with_mut(|content| unsafe { *content = result.take() });
    }

    /// Takes the result out, if there is one.
    ///
    /// # Safety
    ///
    /// The state is done, and the last co-owner is being dropped (invariant 1).
    pub(super) unsafe fn take(&self) -> Option<Result<T>> {
        // SAFETY: without another co-owner there is no reference (2), and nothing writes when the
        // state is done (1).
        self.content.with_mut(|content| unsafe { (*content).take() })
    }
}

impl<T: Clone> Value<T> {
    /// A clone of the result, made while no other thread makes one.
    ///
    /// # Safety
    ///
    /// Invariant 2.
    pub(super) unsafe fn clone_in_turn(&self) -> Option<Result<T>> {
        let thread = ThreadNumber::current().get();
        // Another thread only stores its own number, so an old number does no harm.
        if self.holder.load(Ordering::Relaxed) == thread {
            // SAFETY: by the caller; and this thread has the turn (3), further up its stack.
            return unsafe { self.clone_content() };
        }
        let _turn = lock(&self.turn);
        let _holder = Holder::set(&self.holder, thread);
        // SAFETY: by the caller; and this thread has the turn until the guards are dropped (3).
        unsafe { self.clone_content() }
    }

    /// A clone of the result, made for the only co-owner, which need not wait for a turn.
    ///
    /// # Safety
    ///
    /// Invariant 2; and there is one co-owner, which is borrowed mutably for the time of the call
    /// (3).
    pub(super) unsafe fn clone_alone(&self) -> Option<Result<T>> {
        // SAFETY: by the caller.
        unsafe { self.clone_content() }
    }

    /// # Safety
    ///
    /// Invariants 2 and 3.
    #[inline]
    unsafe fn clone_content(&self) -> Option<Result<T>> {
        // SAFETY: by the caller, the content is neither written nor taken meanwhile, and no other
        // thread has a reference to it. Other references of this thread are shared ones, too.
        self.content.with(|content| unsafe { (*content).clone() })
    }
}

/// Names the thread that has the turn, until the drop, also by a panic.
struct Holder<'a>(&'a AtomicU32);

impl<'a> Holder<'a> {
    fn set(holder: &'a AtomicU32, thread: u32) -> Self {
        holder.store(thread, Ordering::Relaxed);
        Holder(holder)
    }
}

impl Drop for Holder<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
