//! [`Wakers`]: the handle of a group to its block.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::Waker;

use super::block::{self, checked_count, entry_at, Header};
use super::owner::{self, Left, OwnerId};
use super::parent::Parent;
use super::ready::{ReadyLink, ReadyQueue, Taken};
use super::vtable;

/// The wakers of the children of a group, or of a part of them.
///
/// Only the group uses it: in its polls, when children are added, and in its drop. Before a poll
/// uses it on a thread where it [is not here](Self::is_here), the group takes it
/// [over](Self::taken_over).
pub(in crate::parallel) struct Wakers {
    header: NonNull<Header>,
}

// SAFETY: a block is shared between threads as the table at the top of the module says, and
// `Waker` is `Send` and `Sync`.
unsafe impl Send for Wakers {}
// SAFETY: as above. Only the group uses it, through `&mut`.
unsafe impl Sync for Wakers {}

impl Wakers {
    /// Wakers for `count` children, owned by this thread.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more.
    pub(in crate::parallel) fn new(count: usize) -> Self {
        Wakers::owned(owner::of_new_block(), count)
    }

    fn owned(owner: OwnerId, count: usize) -> Self {
        Wakers { header: block::make(owner, 0, checked_count(0, count), None, Parent::unset()) }
    }

    /// Wakers for `count` further children of a group, numbered from `base`. `first` is the first
    /// block of the group.
    ///
    /// # Panics
    ///
    /// With 4,294,967,295 children or more in all.
    pub(in crate::parallel) fn further(first: &Wakers, base: u32, count: usize) -> Self {
        debug_assert!(first.header().first.is_none());
        let owner = if first.header().is_mine() { first.header().owner } else { OwnerId::NONE };
        let count = checked_count(base, count);
        // SAFETY: `first` holds a reference. The new one belongs to the further block.
        unsafe { block::retain(first.header) };
        Wakers { header: block::make(owner, base, count, Some(first.header), Parent::unset()) }
    }

    /// # Safety
    ///
    /// The caller has the reference of a handle, and gives it to the new one.
    pub(super) unsafe fn from_header(header: NonNull<Header>) -> Self {
        Wakers { header }
    }

    /// Whether this thread may poll with them.
    #[inline]
    pub(in crate::parallel) fn is_here(&self) -> bool {
        self.header().is_mine() || self.header().owner == OwnerId::NONE
    }

    /// Wakers for as many children, which no thread owns. The children that [were
    /// woken](Self::hand_over), and then all others, have to be polled with them.
    #[cold]
    pub(in crate::parallel) fn taken_over(&self) -> Self {
        Wakers::owned(OwnerId::NONE, self.header().count as usize)
    }

    /// Queues the children that were woken before the group came to this thread, in order, for the
    /// first poll with `new`. The last poll had `left` the first of them.
    pub(in crate::parallel) fn hand_over<'a>(
        &self,
        left: &Taken,
        link: impl Fn(u32) -> &'a ReadyLink,
        new: &Wakers,
        new_link: impl Fn(u32) -> &'a ReadyLink,
    ) {
        debug_assert_eq!(new.header().owner, OwnerId::NONE);
        self.queue().hand_over(left, link, new.queue(), new_link);
    }

    /// Queues a child for the next poll. In a block that no thread owns.
    pub(in crate::parallel) fn requeue(&self, child: u32, link: &ReadyLink) {
        debug_assert_eq!(self.header().owner, OwnerId::NONE);
        self.queue().requeue(child, link);
    }

    /// Makes `waker` the one that is woken when a child is woken.
    #[inline]
    pub(in crate::parallel) fn set_parent(&self, waker: &Waker) {
        let Header { parent, .. } = self.header();
        if self.header().is_mine() {
            // SAFETY: this is the thread of the owner.
            unsafe { parent.set_here(waker) };
        } else {
            debug_assert_eq!(self.header().owner, OwnerId::NONE);
            parent.set_there(waker);
        }
    }

    /// How many clones of `waker` are kept as the parent.
    #[cold]
    pub(in crate::parallel) fn kept_of(&self, waker: &Waker) -> usize {
        let Header { parent, .. } = self.header();
        // SAFETY: this is the thread of the owner.
        let here = self.header().is_mine() && unsafe { parent.keeps_here(waker) };
        usize::from(here) + usize::from(parent.keeps_there(waker))
    }

    /// From here to the next [`unmute_parent`](Self::unmute_parent), a child that is woken on this
    /// thread does not wake the parent.
    #[inline]
    pub(in crate::parallel) fn mute_parent(&self) {
        let Header { parent, .. } = self.header();
        if self.header().is_mine() {
            // SAFETY: this is the thread of the owner.
            unsafe { parent.mute_here(true) };
        } else {
            debug_assert_eq!(self.header().owner, OwnerId::NONE);
            parent.close_there();
        }
    }

    /// Makes `waker` the one that is woken when a child is woken, after it was
    /// [muted](Self::mute_parent).
    #[inline]
    pub(in crate::parallel) fn unmute_parent(&self, waker: &Waker) {
        if self.header().is_mine() {
            // SAFETY: this is the thread of the owner.
            unsafe { self.header().parent.mute_here(false) };
        }
        self.set_parent(waker);
    }

    pub(in crate::parallel) fn wake_parent(&self) {
        let Header { parent, .. } = self.header();
        if self.header().is_mine() {
            // SAFETY: this is the thread of the owner, and `self` holds a reference.
            unsafe { parent.wake_here() };
        } else {
            parent.wake_there();
        }
    }

    /// All children, in order.
    pub(in crate::parallel) fn children(&self) -> std::ops::Range<u32> {
        0..self.header().count
    }

    /// The queue of the woken children. Only that of the first block is used.
    #[inline]
    pub(in crate::parallel) fn queue(&self) -> &ReadyQueue {
        debug_assert!(self.header().first.is_none());
        &self.header().queue
    }

    #[inline]
    pub(in crate::parallel) fn take_woken(&self) -> Taken {
        debug_assert!(self.is_here());
        self.queue().take(|index| self.link(index))
    }

    /// Removes and returns the next child of `taken`.
    #[inline]
    pub(in crate::parallel) fn next_of(&self, taken: &mut Taken) -> Option<u32> {
        debug_assert!(self.is_here());
        taken.next(|index| self.link(index))
    }

    /// Runs `poll` with the waker of the child at `index`.
    #[inline]
    pub(in crate::parallel) fn with<R>(&self, index: u32, poll: impl FnOnce(&Waker) -> R) -> R {
        debug_assert!(index < self.header().count);
        // SAFETY: the index is less than the count. `self` keeps the block during `poll`, and the
        // waker is not dropped.
        let waker = ManuallyDrop::new(unsafe { vtable::waker(entry_at(self.header, index)) });
        poll(&waker)
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: `self` holds a reference, so the block lives.
        unsafe { self.header.as_ref() }
    }

    /// The link of the child at `index`.
    #[inline]
    pub(in crate::parallel) fn link(&self, index: u32) -> &ReadyLink {
        debug_assert!(index < self.header().count);
        // SAFETY: as in `header`; the queue holds only indices of entries.
        unsafe { &entry_at(self.header, index).as_ref().link }
    }
}

impl Drop for Wakers {
    fn drop(&mut self) {
        // Wakers of children may outlive the group. They must not keep the parent's task alive.
        self.header().parent.close_there();
        let owner = self.header().owner;
        if self.header().is_mine() {
            // SAFETY: this is the owner, and the handle is gone.
            unsafe { block::settle(self.header) };
        } else if owner == OwnerId::NONE {
            // SAFETY: this gives up the reference of the handle.
            unsafe { block::release(self.header) };
        } else {
            owner::leave(owner, Left { block: self.header.cast(), settle: settle_left });
        }
    }
}

/// # Safety
///
/// As [`Left::settle`].
unsafe fn settle_left(header: NonNull<()>) {
    // SAFETY: the holder of the id is the owner, and the handle that was left is gone.
    unsafe { block::settle(header.cast()) };
}
