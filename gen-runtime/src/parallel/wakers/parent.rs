//! The waker of the parent: the task that waits for the group.
//!
//! It is kept twice: `here` for wakes on the thread of the block's owner, without a lock, and
//! `there` for wakes on other threads. The waker may run any code when it is cloned, woken or
//! dropped, also code that wakes a child, or polls or drops the group. So this happens outside the
//! lock, and while `here` is not borrowed. A panic in a drop is reported, and ends there: the code
//! that drops the waker goes on with the wakers and the children of others.
//!
//! | `here` | the first poll begins to need wakers | a child is woken here | [`set_here`](Parent::set_here) | the handle is dropped |
//! |---|---|---|---|---|
//! | Unset | Lent: a pointer to the waker of that poll | | Kept | Gone |
//! | Lent | | Waking, and then Lent again | Kept | Gone |
//! | Kept | | Waking, and then Kept again | Kept | Gone |
//! | Waking: the wake is further up the stack | | nothing: the poll of that wake is due | Kept | Gone |
//! | Gone | | nothing | | |
//!
//! While the parent is *muted*, no wake on the thread of the owner changes `here` or wakes it. A
//! scope mutes its parent while it is polled, and asks for its next poll itself.
//!
//! `there` is taken by the thread that wakes it, which sets `is_taken`. The next poll sees this, as
//! it is the poll that the wake has asked for, and stores the waker again. Until then other threads
//! find none, and need not wake: a poll that will find their children is due.

use std::mem;
use std::ptr::NonNull;
use std::task::Waker;

use crate::report::contain;
use crate::shims::{lock, AtomicBool, Cell, Mutex, Ordering, UnsafeCell};

pub(super) struct Parent {
    here: UnsafeCell<Here>,
    there: Mutex<Option<Waker>>,
    is_taken: AtomicBool,
    /// Used by the owner only.
    is_muted: Cell<bool>,
}

enum Here {
    Unset,
    Lent(NonNull<Waker>),
    Kept(Waker),
    Waking,
    Gone,
}

impl Parent {
    pub(super) fn unset() -> Self {
        Parent::new(Here::Unset)
    }

    /// The parent during the first poll.
    ///
    /// `waker` must live until [`set_here`](Self::set_here) or [`close_here`](Self::close_here).
    pub(super) fn lent(waker: &Waker) -> Self {
        Parent::new(Here::Lent(waker.into()))
    }

    fn new(here: Here) -> Self {
        Parent {
            here: UnsafeCell::new(here),
            there: Mutex::new(None),
            is_taken: AtomicBool::new(false),
            is_muted: Cell::new(false),
        }
    }

    /// # Safety
    ///
    /// This is the thread of the owner.
    unsafe fn replace_here(&self, here: Here) -> Here {
        // SAFETY: only the owner uses it, and no other code runs while it is borrowed.
        self.here.with_mut(|place| mem::replace(unsafe { &mut *place }, here))
    }

    /// Wakes the parent on the thread of the owner.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner, and a reference keeps the block.
    #[inline(never)]
    pub(super) unsafe fn wake_here(&self) {
        if self.is_muted.get() {
            return;
        }
        // SAFETY: by the caller's promise, here and below.
        let here = unsafe { self.replace_here(Here::Waking) };
        match &here {
            Here::Kept(waker) => waker.wake_by_ref(),
            // SAFETY: the first poll has not ended, and it has lent the waker.
            Here::Lent(waker) => unsafe { waker.as_ref() }.wake_by_ref(),
            Here::Unset | Here::Waking | Here::Gone => {}
        }
        // SAFETY: as above.
        let now = unsafe { self.replace_here(here) };
        if !matches!(now, Here::Waking) {
            // The group was polled or dropped meanwhile.
            // SAFETY: as above.
            drop_contained(unsafe { self.replace_here(now) });
        }
    }

    /// Wakes the parent on another thread.
    #[cold]
    pub(super) fn wake_there(&self) {
        let waker = self.take_there();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn take_there(&self) -> Option<Waker> {
        let mut there = lock(&self.there);
        let waker = there.take();
        self.is_taken.store(true, Ordering::Relaxed);
        waker
    }

    /// Whether a wake on the thread of the owner does nothing.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner.
    #[inline]
    pub(super) unsafe fn mute_here(&self, is_muted: bool) {
        self.is_muted.set(is_muted);
    }

    /// Makes `waker` the one to wake.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner.
    #[inline]
    pub(super) unsafe fn set_here(&self, waker: &Waker) {
        // SAFETY: by the caller's promise.
        let is_kept = unsafe { self.keeps_here(waker) };
        if is_kept && !self.is_taken.load(Ordering::Relaxed) {
            return;
        }
        // SAFETY: by the caller's promise.
        unsafe { self.change_here(waker) };
    }

    /// Whether a clone of `waker` is kept for wakes on the thread of the owner.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner.
    #[inline]
    pub(super) unsafe fn keeps_here(&self, waker: &Waker) -> bool {
        // SAFETY: as in `replace_here`. To compare wakers runs no other code.
        self.here.with(|here| match unsafe { &*here } {
            Here::Kept(kept) => kept.will_wake(waker),
            _ => false,
        })
    }

    /// Whether a clone of `waker` is kept for wakes on other threads.
    pub(super) fn keeps_there(&self, waker: &Waker) -> bool {
        lock(&self.there).as_ref().is_some_and(|kept| kept.will_wake(waker))
    }

    /// # Safety
    ///
    /// As [`set_here`](Self::set_here).
    #[inline(never)]
    unsafe fn change_here(&self, waker: &Waker) {
        let (here, there) = (waker.clone(), waker.clone());
        let before_there = self.replace_there(there);
        // SAFETY: by the caller's promise.
        let before_here = unsafe { self.replace_here(Here::Kept(here)) };
        // One by one, because each of them may panic.
        drop_contained(before_here);
        drop_contained(before_there);
    }

    /// Makes `waker` the one to wake, for a block that no thread owns.
    pub(super) fn set_there(&self, waker: &Waker) {
        if !self.keeps_there(waker) {
            drop_contained(self.replace_there(waker.clone()));
        }
    }

    fn replace_there(&self, waker: Waker) -> Option<Waker> {
        let mut there = lock(&self.there);
        self.is_taken.store(false, Ordering::Relaxed);
        there.replace(waker)
    }

    /// Drops the waker that other threads wake.
    pub(super) fn close_there(&self) {
        drop_contained(self.take_there());
    }

    /// Drops the waker that the owner wakes.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner, or the owner for it.
    pub(super) unsafe fn close_here(&self) {
        // SAFETY: by the caller's promise.
        drop_contained(unsafe { self.replace_here(Here::Gone) });
    }
}

/// Drops a waker that was kept, if there is one.
fn drop_contained<W>(waker: W) {
    contain("the drop of a waker", || drop(waker));
}
