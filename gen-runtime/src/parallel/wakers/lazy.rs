//! The waker of the first poll of a group, which makes the block of the group only if a child needs
//! it.
//!
//! Most children that are ready at once neither clone nor wake their waker. So the first poll lends
//! them a waker that points to a [`LazyWakers`] on the stack. The first clone or wake of it, on any
//! thread, makes the block. The block that gets into `header` first is the one that all use. A
//! clone points to the entry of its child, like the wakers of the later polls, so it may outlive
//! the poll.
//!
//! | event in the first poll | `header` |
//! |---|---|
//! | it begins | null |
//! | the waker of a child is cloned or woken | the block, in which the parent is lent |
//! | it ends, and a child is running ([`into_wakers`](LazyWakers::into_wakers)) | the [`Wakers`] of the group, made now if nothing needed them before |
//! | it ends, and no child is running (drop) | its reference is given up |
//!
//! # Safety
//!
//! - The waker is lent for the poll of one child. It holds no reference to the `LazyWakers`, and is
//!   never dropped. A `&Waker` to it ends with that poll, also on other threads, and so before the
//!   `LazyWakers`.
//! - `child` is written between the polls of two children only, so every thread that has such a
//!   `&Waker` reads the child that it was lent to.
//! - `header` is null, or points to a block to which the `LazyWakers` holds a reference.

use std::mem::ManuallyDrop;
use std::ptr::{null_mut, NonNull};
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::block::{self, checked_count, entry_at, Entry, Header};
use super::handle::Wakers;
use super::owner::{self, OwnerId};
use super::parent::Parent;
use super::vtable::{counted, wake_child};
use crate::shims::{AtomicPtr, AtomicU32, Ordering};

pub(in crate::parallel) struct LazyWakers<'a> {
    header: AtomicPtr<Header>,
    /// The child that the waker is lent to.
    child: AtomicU32,
    /// The number of children.
    count: u32,
    owner: OwnerId,
    parent: &'a Waker,
}

impl<'a> LazyWakers<'a> {
    /// Wakers for `count` children, which wake `parent`.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    #[inline]
    pub(in crate::parallel) fn new(count: usize, parent: &'a Waker) -> Self {
        LazyWakers {
            header: AtomicPtr::new(null_mut()),
            child: AtomicU32::new(0),
            count: checked_count(0, count),
            owner: owner::of_new_block(),
            parent,
        }
    }

    /// Runs `poll` with the waker of a child.
    #[inline]
    pub(in crate::parallel) fn with<R>(&self, child: u32, poll: impl FnOnce(&Waker) -> R) -> R {
        debug_assert!(child < self.count);
        self.child.store(child, Ordering::Relaxed);
        let lazy: *const LazyWakers<'_> = self;
        // SAFETY: the functions of the vtable need a pointer to a `LazyWakers`, which `self` is.
        // The waker is not dropped.
        let waker = ManuallyDrop::new(unsafe { Waker::new(lazy.cast(), &VTABLE) });
        poll(&waker)
    }

    /// The wakers for the later polls.
    pub(in crate::parallel) fn into_wakers(self) -> Wakers {
        let (header, parent) = (self.header(), self.parent);
        // The reference belongs to the `Wakers` from here on.
        let _this = ManuallyDrop::new(self);
        // SAFETY: `self` has given it up.
        let wakers = unsafe { Wakers::from_header(header) };
        wakers.set_parent(parent);
        if wakers.queue().has_mail() {
            // It came when other threads found no parent.
            parent.wake_by_ref();
        }
        wakers
    }

    #[inline]
    fn header(&self) -> NonNull<Header> {
        NonNull::new(self.header.load(Ordering::Acquire)).unwrap_or_else(|| self.make())
    }

    #[cold]
    #[inline(never)]
    fn make(&self) -> NonNull<Header> {
        // Not cloned, because a child may clone its waker under a lock of its own.
        let parent = Parent::lent(self.parent);
        let header = block::make(self.owner, 0, self.count, None, parent);
        match self.header.compare_exchange(null_mut(), header.as_ptr(), Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => header,
            Err(first) => {
                // SAFETY: nothing else refers to this block.
                unsafe { block::discard(header) };
                // Another thread was first.
                NonNull::new(first).expect("`header` is set once")
            }
        }
    }

    /// The entry of the child that the waker is lent to.
    #[inline]
    fn entry(&self) -> NonNull<Entry> {
        // SAFETY: the child is less than the count.
        unsafe { entry_at(self.header(), self.child.load(Ordering::Relaxed)) }
    }
}

impl Drop for LazyWakers<'_> {
    fn drop(&mut self) {
        if let Some(header) = NonNull::new(self.header.load(Ordering::Acquire)) {
            // SAFETY: the reference of `self` becomes that of the handle.
            drop(unsafe { Wakers::from_header(header) });
        }
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone_lazy, wake_lazy, wake_lazy, drop_lazy);

/// # Safety
///
/// For this function and those of the vtable: `data` points to the `LazyWakers` of a waker that is
/// lent.
unsafe fn entry_of(data: *const ()) -> NonNull<Entry> {
    // SAFETY: by the caller's promise. The lifetime of the parent ends after this call.
    unsafe { &*data.cast::<LazyWakers<'_>>() }.entry()
}

unsafe fn clone_lazy(data: *const ()) -> RawWaker {
    // SAFETY: the `LazyWakers` holds a reference to the block of the entry.
    unsafe { counted(entry_of(data)) }
}

unsafe fn wake_lazy(data: *const ()) {
    // SAFETY: as above.
    unsafe { wake_child(entry_of(data)) }
}

/// Never called, since nothing owns such a waker.
unsafe fn drop_lazy(_: *const ()) {}
