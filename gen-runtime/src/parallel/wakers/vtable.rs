//! The functions of the waker of a child, whose data is the pointer to its entry.

use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::block::{header_of, release, retain, Entry, Header};
use super::ready::ReadyLink;

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that is not counted.
///
/// # Safety
///
/// The block of the entry lives as long as the waker. If the waker is dropped, it owns a reference
/// to the block.
#[inline]
pub(super) unsafe fn waker(entry: NonNull<Entry>) -> Waker {
    // SAFETY: the functions need a pointer to an entry of a living block.
    unsafe { Waker::from_raw(raw_waker(entry)) }
}

fn raw_waker(entry: NonNull<Entry>) -> RawWaker {
    RawWaker::new(entry.as_ptr().cast_const().cast(), &VTABLE)
}

/// A waker that is counted.
///
/// # Safety
///
/// The caller holds a reference to the block of the entry.
#[inline]
pub(super) unsafe fn counted(entry: NonNull<Entry>) -> RawWaker {
    // SAFETY: by the caller's promise.
    unsafe { retain(header_of(entry)) };
    raw_waker(entry)
}

/// Wakes the child of an entry.
///
/// # Safety
///
/// The caller holds a reference to the block of the entry.
#[inline]
pub(super) unsafe fn wake_child(entry: NonNull<Entry>) {
    // SAFETY: by the caller's promise the block lives during this call.
    let (own, entry) = unsafe { (header_of(entry).as_ref(), entry.as_ref()) };
    let first = match own.first {
        None => own,
        // SAFETY: the block holds a reference to the first one.
        Some(first) => unsafe { first.as_ref() },
    };
    let child = own.base + entry.index;
    if !first.is_mine() {
        send(first, child, &entry.link);
    } else if first.queue.push(child, &entry.link) {
        // SAFETY: this is the thread of the owner.
        unsafe { first.parent.wake_here() };
    }
}

/// Wakes a child on a thread that is not the owner's.
#[cold]
#[inline(never)]
fn send(first: &Header, child: u32, link: &ReadyLink) {
    if first.queue.send(child, link) {
        first.parent.wake_there();
    }
}

/// # Safety
///
/// For this function and those of the vtable: `data` comes from [`raw_waker`], and its waker holds
/// a reference to the block, or is lent.
unsafe fn entry_of(data: *const ()) -> NonNull<Entry> {
    // SAFETY: `raw_waker` made `data` from a pointer that is not null.
    unsafe { NonNull::new_unchecked(data.cast_mut().cast()) }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: by the vtable's contract.
    unsafe { counted(entry_of(data)) }
}

unsafe fn wake(data: *const ()) {
    // SAFETY: by the vtable's contract. `Released` gives the reference up, even if the parent's
    // waker panics.
    unsafe {
        let _released = Released(header_of(entry_of(data)));
        wake_child(entry_of(data));
    }
}

/// Gives up a reference in its drop.
struct Released(NonNull<Header>);

impl Drop for Released {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: `wake` makes it of the reference of its waker.
        unsafe { release(self.0) };
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: by the vtable's contract.
    unsafe { wake_child(entry_of(data)) };
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: the waker holds a reference, and is not used after this call.
    unsafe { release(header_of(entry_of(data))) };
}
