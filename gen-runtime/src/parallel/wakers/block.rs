//! Blocks: the allocations of the wakers.

use std::alloc::{handle_alloc_error, Layout};
use std::ptr::NonNull;

use super::free_list;
use super::owner::{self, OwnerId};
use super::parent::Parent;
use super::ready::{ReadyLink, ReadyQueue};
use super::references::References;

pub(super) struct Header {
    pub(super) references: References,
    pub(super) owner: OwnerId,
    /// The number of entries that are used.
    pub(super) count: u32,
    /// The number of the child of the first entry.
    pub(super) base: u32,
    pub(super) queue: ReadyQueue,
    pub(super) parent: Parent,
    /// The block whose queue and parent are used, if it is another one. This block holds a
    /// reference to it.
    pub(super) first: Option<NonNull<Header>>,
}

pub(super) struct Entry {
    /// The index of the entry in its block.
    pub(super) index: u32,
    pub(super) link: ReadyLink,
}

impl Header {
    /// Whether this is the thread of the owner.
    #[inline]
    pub(super) fn is_mine(&self) -> bool {
        self.owner == owner::here()
    }
}

/// Returns `count`, if so many children can be numbered from `base`.
///
/// # Panics
///
/// If they cannot. An entry has sixteen bytes, so that many children would need 64 GiB for their
/// wakers alone.
#[inline]
pub(in crate::parallel) fn checked_count(base: u32, count: usize) -> u32 {
    u32::try_from(count)
        .ok()
        .filter(|count| base.checked_add(*count).is_some_and(|end| end != u32::MAX))
        .expect("fewer than 4,294,967,295 children")
}

/// Makes a block for `count` children, numbered from `base`. The caller holds its reference.
pub(super) fn make(
    owner: OwnerId,
    base: u32,
    count: u32,
    first: Option<NonNull<Header>>,
    parent: Parent,
) -> NonNull<Header> {
    let capacity = free_list::capacity(count);
    let layout = layout(capacity);
    // SAFETY: this is the layout of a header and `capacity` entries.
    let start = unsafe { free_list::allocate(capacity, layout) };
    let Some(start) = NonNull::new(start) else { handle_alloc_error(layout) };
    let header = start.cast::<Header>();
    // Most children clone their waker once.
    let spare = if owner == OwnerId::NONE { 0 } else { count as usize };
    let references = References::new(spare);
    // SAFETY: the block has room for a header and `capacity` entries, and is aligned for both.
    // `capacity` is at least `count`, and `index` is less.
    unsafe {
        header.write(Header { references, owner, count, base, queue: ReadyQueue::new(), parent, first });
        for index in 0..count {
            entry_at(header, index).write(Entry { index, link: ReadyLink::new() });
        }
    }
    header
}

/// Adds a reference.
///
/// # Safety
///
/// The caller holds a reference.
#[inline]
pub(super) unsafe fn retain(header: NonNull<Header>) {
    // SAFETY: the caller's reference keeps the block.
    let header = unsafe { header.as_ref() };
    // SAFETY: the spare ones are used on the owner's thread.
    if !(header.is_mine() && unsafe { header.references.take_spare() }) {
        retain_slowly(header);
    }
}

#[cold]
#[inline(never)]
fn retain_slowly(header: &Header) {
    if header.is_mine() {
        // SAFETY: this is the thread of the owner, and `header` is kept by a reference.
        unsafe { header.references.take_more() };
        // SAFETY: as above.
        if unsafe { header.references.take_spare() } {
            return;
        }
    }
    header.references.retain();
}

/// Gives up a reference; the last one frees the block.
///
/// # Safety
///
/// The caller holds this reference, and does not use it any more.
#[inline]
pub(super) unsafe fn release(header: NonNull<Header>) {
    // SAFETY: the caller's reference keeps the block up to here.
    let this = unsafe { header.as_ref() };
    // SAFETY: the spare ones are used on the owner's thread.
    if !(this.is_mine() && unsafe { this.references.give_back() }) {
        // SAFETY: by the caller's promise.
        unsafe { release_slowly(header) };
    }
}

/// # Safety
///
/// As [`release`].
#[cold]
#[inline(never)]
unsafe fn release_slowly(header: NonNull<Header>) {
    // SAFETY: the caller's reference keeps the block up to here.
    let is_last = unsafe { header.as_ref().references.release() };
    if is_last {
        // SAFETY: this was the last reference.
        unsafe { free(header) };
    }
}

/// Gives up the reference of a handle, and what the owner holds for it.
///
/// # Safety
///
/// This is the owner of the block, and the handle is not used any more.
pub(super) unsafe fn settle(header: NonNull<Header>) {
    // SAFETY: the handle's reference keeps the block up to here. The rest is the caller's promise.
    let is_last = unsafe {
        let header = header.as_ref();
        header.parent.close_here();
        header.references.settle()
    };
    if is_last {
        // SAFETY: there is no other reference.
        unsafe { free(header) };
    }
}

/// Frees a block that was not used.
///
/// # Safety
///
/// The caller holds the only reference.
pub(super) unsafe fn discard(header: NonNull<Header>) {
    // SAFETY: by the caller's promise.
    unsafe { free(header) };
}

/// # Safety
///
/// There is no reference any more.
unsafe fn free(header: NonNull<Header>) {
    // SAFETY: nothing else accesses the block. It was made with this capacity, and its entries are
    // initialised.
    unsafe {
        let Header { count, first, .. } = *header.as_ref();
        for index in 0..count {
            entry_at(header, index).drop_in_place();
        }
        // The waker of the parent may run any code, which cannot reach this block.
        header.drop_in_place();
        let capacity = free_list::capacity(count);
        free_list::free(header.cast(), capacity, layout(capacity));
        if let Some(first) = first {
            // The first block refers to no other, so this recursion has one level.
            release(first);
        }
    }
}

/// The layout of a block with `capacity` entries.
fn layout(capacity: u32) -> Layout {
    let entries =
        Layout::array::<Entry>(capacity as usize).and_then(|entries| Layout::new::<Header>().extend(entries));
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
/// `header` points to a block with more than `index` entries.
#[inline]
pub(super) unsafe fn entry_at(header: NonNull<Header>, index: u32) -> NonNull<Entry> {
    // SAFETY: by the caller's promise the entry is inside the block.
    unsafe { header.byte_add(entries_offset() + index as usize * size_of::<Entry>()).cast() }
}

/// # Safety
///
/// `entry` points to an entry of a living block, and was derived from the start of the block.
#[inline]
pub(super) unsafe fn header_of(entry: NonNull<Entry>) -> NonNull<Header> {
    // SAFETY: by the caller's promise the entry can be read, and the header is this far before it.
    unsafe {
        let index = entry.as_ref().index as usize;
        entry.byte_sub(entries_offset() + index * size_of::<Entry>()).cast()
    }
}
