//! A waker for each child of a group, in one allocation.
//!
//! ```text
//! Header { references, queue, parent's waker } | Entry 0 | Entry 1 | … | Entry n-1
//! ```
//!
//! A child's waker points to its entry. Waking queues the child, and wakes the parent if the queue was empty.
//!
//! A group that [grows](super::pool) adds further allocations of the same form, whose entries go on counting, and whose children go to the queue and
//! the parent of the first one:
//!
//! ```text
//! Header { references, first: → the one above, .. } | Entry n | Entry n+1 | …
//! ```
//!
//! # Safety
//!
//! - The allocation lives as long as `references` is not zero. [`Wakers`], the group's own handle, holds one; each cloned waker holds one; each
//!   further allocation holds one of the first. The waker that a child is polled with holds none: it is lent for a time in which the group holds one, and
//!   never dropped.
//! - Every pointer into the allocation is derived from the one that the allocator gave, so it may be moved between header and entries.
//! - After [`Wakers::new`] nothing in it is changed but through atomics and the mutex, so shared references from any thread are fine.
//! - An entry knows its index, and so the way back to the header.

use std::alloc::{handle_alloc_error, Layout};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::ready::{Queue, ReadyLink, Taken};
use crate::sync::{alloc, dealloc, fence, lock, AtomicUsize, Mutex, MutexGuard, Ordering};

struct Header {
    references: AtomicUsize,
    count: u32,
    /// The child of the first entry.
    base: u32,
    /// The allocation whose queue and parent are used, if it is not this one. It has a reference of it.
    first: Option<NonNull<Header>>,
    queue: Queue,
    /// Whom to wake when a child is woken; none before the first poll, when it was woken, and after the
    /// group is gone.
    ///
    /// Whoever takes it wakes it, and the poll that follows puts the next one there before it takes the
    /// queue. So a thread that finds none has nothing to wake: a poll that will see its child is due.
    parent: Mutex<Option<Waker>>,
}

impl Header {
    /// The parent, locked.
    fn parent(&self) -> MutexGuard<'_, Option<Waker>> {
        lock(&self.parent)
    }

    fn wake_parent(&self) {
        // Taken, since a clone would run code of whoever made the waker under the lock, and woken outside
        // of it: a waker may run anything, even what wakes another child, or drops the group.
        let parent = self.parent().take();
        if let Some(parent) = parent {
            parent.wake();
        }
    }
}

struct Entry {
    /// Where it lies in its allocation.
    index: u32,
    link: ReadyLink,
}

/// The group's handle to the wakers of its children.
pub(super) struct Wakers {
    header: NonNull<Header>,
}

// SAFETY: what it points to is shared between threads through atomics and a mutex only (the module's third point), and `Waker` is `Send` and `Sync`.
unsafe impl Send for Wakers {}
// SAFETY: as above.
unsafe impl Sync for Wakers {}

impl Wakers {
    /// Wakers for that many children.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(super) fn new(count: usize) -> Self {
        Wakers::allocate(0, count, None)
    }

    /// Wakers for that many further children of a group whose others have `first` and, if there are more than one already, those behind it.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more in all.
    pub(super) fn further(first: &Wakers, base: u32, count: usize) -> Self {
        debug_assert!(first.header().first.is_none());
        let further = Wakers::allocate(base, count, Some(first.header));
        // SAFETY: `first` holds a reference, so the allocation lives. The new reference is that of `further`, given up in `release`.
        unsafe { retain(first.header) };
        further
    }

    fn allocate(base: u32, count: usize, first: Option<NonNull<Header>>) -> Self {
        // An entry takes twelve bytes, so this many children would need 48 GiB for their wakers alone.
        let count = u32::try_from(count)
            .ok()
            .filter(|count| base.checked_add(*count).is_some_and(|end| end != u32::MAX))
            .expect("fewer than 4,294,967,295 children");
        let layout = layout(count);
        // SAFETY: the layout holds a header, so its size is not zero.
        let Some(start) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        let header = start.cast::<Header>();
        // SAFETY: the allocation begins with room for a header, aligned for it.
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
            // SAFETY: the layout has room for `count` entries, and `index` is less.
            unsafe { entry_at(header, index).write(Entry { index, link: ReadyLink::new() }) };
        }
        Wakers { header }
    }

    /// Says whom to wake from now on.
    pub(super) fn set_parent(&self, waker: &Waker) {
        // If a child was woken, so was the parent, and it is not there any more.
        if self.queue().is_empty() && self.is_parent(waker) {
            return;
        }
        // Cloned and dropped outside the lock: both run code of whoever made the wakers, which may wake a child.
        let waker = waker.clone();
        let before = self.header().parent().replace(waker);
        drop(before);
    }

    fn is_parent(&self, waker: &Waker) -> bool {
        self.header().parent().as_ref().is_some_and(|parent| parent.will_wake(waker))
    }

    /// Wakes whoever waits for the group.
    pub(super) fn wake_parent(&self) {
        self.header().wake_parent();
    }

    /// All children, in order.
    pub(super) fn children(&self) -> std::ops::Range<u32> {
        0..self.header().count
    }

    /// The queue of the children that were woken; only the first allocation's is used.
    pub(super) fn queue(&self) -> &Queue {
        &self.header().queue
    }

    /// Takes the children that were woken.
    pub(super) fn take_woken(&self) -> Taken {
        self.queue().take(|index| self.link(index))
    }

    /// The next of the children that were taken.
    pub(super) fn next_of(&self, taken: &mut Taken) -> Option<u32> {
        taken.next(|index| self.link(index))
    }

    /// Runs `poll` with the waker of the child whose entry is at that place.
    pub(super) fn with<R>(&self, index: u32, poll: impl FnOnce(&Waker) -> R) -> R {
        debug_assert!(index < self.header().count);
        // SAFETY: the index is less than the count.
        let entry = unsafe { entry_at(self.header, index) };
        // SAFETY: the vtable's functions take a pointer to an entry of a living allocation; `self` keeps it alive while the waker is lent, and it is not
        // dropped, so it needs no reference of its own.
        let waker = ManuallyDrop::new(unsafe { Waker::from_raw(raw_waker(entry)) });
        poll(&waker)
    }

    fn header(&self) -> &Header {
        // SAFETY: `self` holds a reference, so the allocation lives.
        unsafe { self.header.as_ref() }
    }

    /// The link of the child whose entry is at that place.
    pub(super) fn link(&self, index: u32) -> &ReadyLink {
        debug_assert!(index < self.header().count);
        // SAFETY: as in `header`; the queue holds only indices of entries.
        unsafe { &entry_at(self.header, index).as_ref().link }
    }
}

impl Drop for Wakers {
    fn drop(&mut self) {
        // Wakers of children may live on; they must not keep the parent's task alive.
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
        // Only where pointers have 32 bits: there is no such much memory.
        Err(_) => handle_alloc_error(Layout::new::<Header>()),
    }
}

const fn entries_offset() -> usize {
    // As `Layout::extend` puts them: behind the header, at the next multiple of their alignment.
    size_of::<Header>().next_multiple_of(align_of::<Entry>())
}

/// # Safety
///
/// `header` points to an allocation of [`layout`] with more than `index` entries.
unsafe fn entry_at(header: NonNull<Header>, index: u32) -> NonNull<Entry> {
    // SAFETY: by the caller's promise the place is inside the allocation.
    unsafe { header.byte_add(entries_offset() + index as usize * size_of::<Entry>()).cast() }
}

/// # Safety
///
/// `entry` points to an entry of a living allocation, and was derived from its start.
unsafe fn header_of(entry: NonNull<Entry>) -> NonNull<Header> {
    // SAFETY: by the caller's promise the entry can be read, and the header lies that far in front of it.
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
    // Everything that others did with the allocation happens before it is freed.
    fence(Ordering::Acquire);
    // SAFETY: that was the last reference, so nobody else looks at the allocation any more; it was made with this layout and is whole.
    unsafe {
        let Header { count, first, .. } = *header.as_ref();
        for index in 0..count {
            entry_at(header, index).drop_in_place();
        }
        header.drop_in_place();
        dealloc(header.as_ptr().cast(), layout(count));
        if let Some(first) = first {
            // The first allocation has no other before it, so this goes no deeper.
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
        // As `Arc` does: so many can only be leaks, and wrapping round would free what is in use.
        std::process::abort();
    }
}

fn raw_waker(entry: NonNull<Entry>) -> RawWaker {
    RawWaker::new(entry.as_ptr().cast_const().cast(), &VTABLE)
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone_waker, wake, wake_by_ref, drop_waker);

/// # Safety
///
/// For all four: `data` is what [`raw_waker`] put in, and the waker that it comes from holds a reference or is lent.
unsafe fn entry_of(data: *const ()) -> NonNull<Entry> {
    // SAFETY: `raw_waker` took it from a pointer that is not null.
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
    // SAFETY: the reference of the waker that is woken is now this one's, whose drop gives it up, also if
    // whoever is woken panics.
    let waker = unsafe { Waker::new(data, &VTABLE) };
    waker.wake_by_ref();
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: by the vtable's contract the allocation lives for the time of this call, and so does the first one, of which it has a reference.
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
    // SAFETY: the waker holds a reference and is gone with this call.
    unsafe { release(header_of(entry_of(data))) };
}
