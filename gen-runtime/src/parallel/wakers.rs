//! A waker for each child of a group, in one allocation.
//!
//! ```text
//! Header { references, queue, parent's waker } | Entry 0 | Entry 1 | … | Entry n-1
//! ```
//!
//! The waker of a child points to the entry of the child. A wake queues the child, and wakes the
//! parent if the queue was empty.
//!
//! A [pool](super::pool) that grows adds allocations of the same form. Their entries continue the
//! numbering, and their children use the queue and the parent of the first allocation:
//!
//! ```text
//! Header { references, first: → the one above, .. } | Entry n | Entry n+1 | …
//! ```
//!
//! # Safety
//!
//! - The allocation lives as long as `references` is not zero. [`Wakers`], the handle of the group,
//!   holds one reference, and so does each cloned waker. Each further allocation holds one to the
//!   first. The waker of the `Context` that a child is polled with holds none: it is never dropped,
//!   and during the poll the group holds one.
//! - Every pointer into the allocation is derived from the one that the allocator returned, so it
//!   may be offset between header and entries.
//! - After [`Wakers::new`] the allocation is changed only through atomics and the mutex, so any
//!   thread may have shared references to it.
//! - An entry holds its index, from which the position of the header follows.

use std::alloc::{handle_alloc_error, Layout};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::ready::{Queue, ReadyLink, Taken};
use crate::sync::{alloc, dealloc, lock, AtomicUsize, Mutex, MutexGuard, Ordering};

struct Header {
    references: AtomicUsize,
    count: u32,
    /// The number of the child of the first entry.
    base: u32,
    /// The allocation whose queue and parent are used, if it is another one. `self` holds a
    /// reference to it.
    first: Option<NonNull<Header>>,
    queue: Queue,
    /// The waker of the parent. None before the first poll, after it was woken, and after the drop
    /// of the group.
    ///
    /// The thread that takes it wakes it, and the next poll stores a waker again before it takes
    /// the queue. So a thread that finds none need not wake: a poll that will find its child is
    /// due.
    parent: Mutex<Option<Waker>>,
}

impl Header {
    fn parent(&self) -> MutexGuard<'_, Option<Waker>> {
        lock(&self.parent)
    }

    fn wake_parent(&self) {
        // Taken, since a clone would run foreign code under the lock. Woken outside the lock: a
        // waker may run anything, even what wakes another child, or drops the group.
        let parent = self.parent().take();
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

struct Entry {
    /// The index of the entry in its allocation.
    index: u32,
    link: ReadyLink,
}

/// The group's handle to the wakers of its children.
pub(super) struct Wakers {
    header: NonNull<Header>,
}

// SAFETY: the allocation is shared between threads only through atomics and a mutex (third point at
// the top of the module), and `Waker` is `Send` and `Sync`.
unsafe impl Send for Wakers {}
// SAFETY: as above.
unsafe impl Sync for Wakers {}

impl Wakers {
    /// Wakers for `count` children.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(super) fn new(count: usize) -> Self {
        Wakers::allocate(0, count, None)
    }

    /// Wakers for `count` further children of a group, numbered from `base`. `first` is the first
    /// allocation of the group.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more in all.
    pub(super) fn further(first: &Wakers, base: u32, count: usize) -> Self {
        debug_assert!(first.header().first.is_none());
        let further = Wakers::allocate(base, count, Some(first.header));
        // SAFETY: `first` holds a reference, so the allocation lives. The new reference belongs to
        // `further`, and is given up in `release`.
        unsafe { retain(first.header) };
        further
    }

    fn allocate(base: u32, count: usize, first: Option<NonNull<Header>>) -> Self {
        // An entry has twelve bytes, so that many children would need 48 GiB for their wakers
        // alone.
        let count = u32::try_from(count)
            .ok()
            .filter(|count| base.checked_add(*count).is_some_and(|end| end != u32::MAX))
            .expect("fewer than 4,294,967,295 children");
        let layout = layout(count);
        // SAFETY: the layout holds a header, so its size is not zero.
        let Some(start) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        let header = start.cast::<Header>();
        // SAFETY: the allocation begins with space for a header, and is aligned for it.
        unsafe {
            header.write(Header {
                references: AtomicUsize::new(1),
                count,
                base,
                first,
                queue: Queue::new(),
                parent: Mutex::new(None),
            });
        }
        for index in 0..count {
            // SAFETY: the layout has space for `count` entries, and `index` is less.
            unsafe { entry_at(header, index).write(Entry { index, link: ReadyLink::new() }) };
        }
        Wakers { header }
    }

    /// Makes `waker` the one that is woken when a child is woken.
    pub(super) fn set_parent(&self, waker: &Waker) {
        // If a child is queued, its wake has taken the parent.
        if self.queue().is_empty() && self.is_parent(waker) {
            return;
        }
        // Cloned and dropped outside the lock: both run foreign code, which may wake a child.
        let waker = waker.clone();
        let before = self.header().parent().replace(waker);
        drop(before);
    }

    fn is_parent(&self, waker: &Waker) -> bool {
        self.header().parent().as_ref().is_some_and(|parent| parent.will_wake(waker))
    }

    pub(super) fn wake_parent(&self) {
        self.header().wake_parent();
    }

    /// All children, in order.
    pub(super) fn children(&self) -> std::ops::Range<u32> {
        0..self.header().count
    }

    /// The queue of the woken children. Only that of the first allocation is used.
    pub(super) fn queue(&self) -> &Queue {
        &self.header().queue
    }

    pub(super) fn take_woken(&self) -> Taken {
        self.queue().take(|index| self.link(index))
    }

    /// Removes and returns the next child of `taken`.
    pub(super) fn next_of(&self, taken: &mut Taken) -> Option<u32> {
        taken.next(|index| self.link(index))
    }

    /// Runs `poll` with the waker of the child at `index`.
    pub(super) fn with<R>(&self, index: u32, poll: impl FnOnce(&Waker) -> R) -> R {
        debug_assert!(index < self.header().count);
        // SAFETY: the index is less than the count.
        let entry = unsafe { entry_at(self.header, index) };
        // SAFETY: the functions of the vtable need a pointer to an entry of a living allocation.
        // `self` keeps the allocation alive during `poll`. The waker is not dropped, so it needs no
        // reference of its own.
        let waker = ManuallyDrop::new(unsafe { Waker::from_raw(raw_waker(entry)) });
        poll(&waker)
    }

    fn header(&self) -> &Header {
        // SAFETY: `self` holds a reference, so the allocation lives.
        unsafe { self.header.as_ref() }
    }

    /// The link of the child at `index`.
    pub(super) fn link(&self, index: u32) -> &ReadyLink {
        debug_assert!(index < self.header().count);
        // SAFETY: as in `header`; the queue holds only indices of entries.
        unsafe { &entry_at(self.header, index).as_ref().link }
    }
}

impl Drop for Wakers {
    fn drop(&mut self) {
        // Wakers of children may outlive the group. They must not keep the parent's task alive.
        let parent = self.header().parent().take();
        drop(parent);
        // SAFETY: this gives up the reference that `self` holds.
        unsafe { release(self.header) };
    }
}

fn layout(count: u32) -> Layout {
    let entries =
        Layout::array::<Entry>(count as usize).and_then(|entries| Layout::new::<Header>().extend(entries));
    match entries {
        Ok((layout, _)) => layout.pad_to_align(),
        // Possible only with pointers of 32 bits, where there is not so much memory.
        Err(_) => handle_alloc_error(Layout::new::<Header>()),
    }
}

const fn entries_offset() -> usize {
    // As in `Layout::extend`: after the header, at the next multiple of the entry's alignment.
    size_of::<Header>().next_multiple_of(align_of::<Entry>())
}

/// # Safety
///
/// `header` points to an allocation of [`layout`] with more than `index` entries.
unsafe fn entry_at(header: NonNull<Header>, index: u32) -> NonNull<Entry> {
    // SAFETY: by the caller's promise the entry is inside the allocation.
    unsafe { header.byte_add(entries_offset() + index as usize * size_of::<Entry>()).cast() }
}

/// # Safety
///
/// `entry` points to an entry of a living allocation, and was derived from its start.
unsafe fn header_of(entry: NonNull<Entry>) -> NonNull<Header> {
    // SAFETY: by the caller's promise the entry can be read, and the header is this far before it.
    unsafe {
        let index = entry.as_ref().index as usize;
        entry.byte_sub(entries_offset() + index * size_of::<Entry>()).cast()
    }
}

/// Gives up a reference; the last one frees the allocation.
///
/// # Safety
///
/// The caller holds a reference, and does not use it any more.
unsafe fn release(header: NonNull<Header>) {
    // SAFETY: the caller's reference keeps the header alive up to here.
    if unsafe { header.as_ref() }.references.fetch_sub(1, Ordering::Release) != 1 {
        return;
    }
    // All accesses by other threads happen before the allocation is freed. This is a load and not a
    // fence, because the thread sanitizer does not know fences.
    // SAFETY: this was the last reference, so the header lives until it is freed below.
    unsafe { header.as_ref() }.references.load(Ordering::Acquire);
    // SAFETY: this was the last reference, so nothing else accesses the allocation. It was made
    // with this layout, and is fully initialised.
    unsafe {
        let Header { count, first, .. } = *header.as_ref();
        for index in 0..count {
            entry_at(header, index).drop_in_place();
        }
        header.drop_in_place();
        dealloc(header.as_ptr().cast(), layout(count));
        if let Some(first) = first {
            // The first allocation refers to no other, so this recursion has one level.
            release(first);
        }
    }
}

/// Adds a reference.
///
/// # Safety
///
/// The allocation lives.
unsafe fn retain(header: NonNull<Header>) {
    // SAFETY: the caller's promise.
    let before = unsafe { header.as_ref() }.references.fetch_add(1, Ordering::Relaxed);
    if before > isize::MAX as usize {
        // Like `Arc`: so many references can only be leaks, and an overflow would free memory that
        // is in use.
        std::process::abort();
    }
}

fn raw_waker(entry: NonNull<Entry>) -> RawWaker {
    RawWaker::new(entry.as_ptr().cast_const().cast(), &VTABLE)
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone_waker, wake, wake_by_ref, drop_waker);

/// # Safety
///
/// For this function and the four of the vtable: `data` comes from [`raw_waker`], and its waker
/// holds a reference, or is the one of [`Wakers::with`].
unsafe fn entry_of(data: *const ()) -> NonNull<Entry> {
    // SAFETY: `raw_waker` made `data` from a pointer that is not null.
    unsafe { NonNull::new_unchecked(data.cast_mut().cast()) }
}

unsafe fn clone_waker(data: *const ()) -> RawWaker {
    // SAFETY: by the vtable's contract `data` points to an entry of a living allocation.
    unsafe {
        let entry = entry_of(data);
        retain(header_of(entry));
        raw_waker(entry)
    }
}

unsafe fn wake(data: *const ()) {
    // SAFETY: the new waker takes over the reference. Its drop gives the reference up, even if the
    // parent's waker panics.
    let waker = unsafe { Waker::new(data, &VTABLE) };
    waker.wake_by_ref();
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: by the vtable's contract the allocation lives during this call. So does the first
    // allocation, to which it holds a reference.
    let (entry, own, first) = unsafe {
        let entry = entry_of(data);
        let own = header_of(entry).as_ref();
        (entry.as_ref(), own, own.first.map_or(own, |first| first.as_ref()))
    };
    if first.queue.push(own.base + entry.index, &entry.link) {
        first.wake_parent();
    }
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: the waker holds a reference, and is not used after this call.
    unsafe { release(header_of(entry_of(data))) };
}
