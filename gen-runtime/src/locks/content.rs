//! [`Guarded`]: the content of a lock, and the access to it.
//!
//! # Safety
//!
//! The unsafe code of the locks is in this file, and where a guard is made, by [`Writing::new`] and
//! [`Reading::new`] in `lock.rs`, `rw_lock.rs` and `guards.rs`. The invariants:
//!
//! 1. A reference to the content exists only as long as a borrow of a [`Writing`] or a [`Reading`],
//!    or of the lock itself as `&mut`.
//! 2. Each of these two has a holder of permits of its own, which it gives back in its drop, when
//!    its references are gone. `Writing` has all permits of the lock, and `Reading` at least one.
//!    So beside a `Writing` there is nothing else, and only `Reading`s are beside a `Reading`.
//! 3. The permits are given back and taken under one mutex. So all that was done with the content
//!    before is seen by the next holder.
//! 4. A [`Spot`] always leads to the same `Guarded`, which is not moved as long as the spot exists.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr;

use super::holders::HolderKey;
use super::permits::Permits;
use crate::shims::UnsafeCell;

/// The content of a lock, and the permits to use it. `M` is [`OneHolder`] or [`ManyReaders`].
pub(super) struct Guarded<T: ?Sized, M> {
    permits: Permits,
    mode: PhantomData<M>,
    content: UnsafeCell<T>,
}

/// The content is used by one holder at a time, as `&mut`.
pub(super) enum OneHolder {}

/// The content may be read by several holders at once.
pub(super) enum ManyReaders {}

// SAFETY: one thread at a time has references to the content (2), so `T: Sync` is not needed. It
// goes from one thread to another.
unsafe impl<T: ?Sized + Send> Sync for Guarded<T, OneHolder> {}
// SAFETY: several threads may have shared references to the content, and it goes from one thread to
// another.
unsafe impl<T: ?Sized + Send + Sync> Sync for Guarded<T, ManyReaders> {}

impl<T, M> Guarded<T, M> {
    pub(super) fn new(content: T, permits: u32) -> Self {
        Guarded { permits: Permits::new(permits), mode: PhantomData, content: UnsafeCell::new(content) }
    }

    pub(super) fn into_inner(self) -> T {
        self.content.into_inner()
    }
}

impl<T: ?Sized, M> Guarded<T, M> {
    pub(super) fn permits(&self) -> &Permits {
        &self.permits
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        // SAFETY: the lock is borrowed as `&mut`, so nothing else uses the content (1).
        self.content.with_mut(|content| unsafe { &mut *content })
    }
}

/// A pointer to a lock: a reference or an `Arc`.
///
/// # Safety
///
/// It keeps invariant 4.
pub(super) unsafe trait Spot {
    type Content: ?Sized;
    type Mode;

    fn guarded(&self) -> &Guarded<Self::Content, Self::Mode>;
}

/// Implements [`Spot`] for the pointers to a lock, whose only field is the [`Guarded`].
macro_rules! spots {
    ($lock:ident: $mode:ty) => {
        // SAFETY: a reference leads to one lock, which is borrowed and so is not moved.
        unsafe impl<T: ?Sized> $crate::locks::content::Spot for &$lock<T> {
            type Content = T;
            type Mode = $mode;

            #[inline]
            fn guarded(&self) -> &Guarded<T, $mode> {
                &self.0
            }
        }

        // SAFETY: an `Arc` leads to one lock, which it owns and does not move.
        unsafe impl<T: ?Sized> $crate::locks::content::Spot for Arc<$lock<T>> {
            type Content = T;
            type Mode = $mode;

            #[inline]
            fn guarded(&self) -> &Guarded<T, $mode> {
                &self.0
            }
        }
    };
}

pub(super) use spots;

/// The only access to the content. Its holder is the only one, so that it is the
/// [first](HolderKey::FIRST).
pub(super) struct Writing<S: Spot<Content = T>, T: ?Sized> {
    spot: S,
    /// It is `Sync` only if the content is. The content is a parameter of its own: a guard with
    /// `S::Content` could not be used as one of a shorter borrow.
    content: PhantomData<T>,
}

impl<S: Spot<Content = T>, T: ?Sized> Writing<S, T> {
    /// # Safety
    ///
    /// The key is that of a holder of all permits of the lock, and is not used elsewhere.
    #[inline]
    pub(super) unsafe fn new(spot: S, key: HolderKey) -> Self {
        debug_assert_eq!(key, HolderKey::FIRST, "there is no other holder");
        Writing { spot, content: PhantomData }
    }

    pub(super) fn spot(&self) -> &S {
        &self.spot
    }

    /// Lets others read, too.
    pub(super) fn downgrade(self) -> Reading<S, T> {
        let writing = ManuallyDrop::new(self);
        writing.spot.guarded().permits.shrink(HolderKey::FIRST, 1);
        // SAFETY: `writing` is not dropped, so the spot is moved. The key has one permit left.
        unsafe { Reading::new(ptr::read(&writing.spot), HolderKey::FIRST) }
    }
}

impl<S: Spot<Content = T>, T: ?Sized> Deref for Writing<S, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this is the only access, and it is borrowed (2).
        self.spot.guarded().content.with(|content| unsafe { &*content })
    }
}

impl<S: Spot<Content = T>, T: ?Sized> DerefMut for Writing<S, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this is the only access, and it is borrowed as `&mut` (2).
        self.spot.guarded().content.with_mut(|content| unsafe { &mut *content })
    }
}

impl<S: Spot<Content = T>, T: ?Sized> Drop for Writing<S, T> {
    #[inline]
    fn drop(&mut self) {
        self.spot.guarded().permits.give_back(HolderKey::FIRST, true);
    }
}

/// An access to the content, beside which there are only others of its kind.
pub(super) struct Reading<S: Spot<Content = T>, T: ?Sized> {
    spot: S,
    key: HolderKey,
    /// As of [`Writing`].
    content: PhantomData<T>,
}

impl<S: Spot<Content = T>, T: ?Sized> Reading<S, T> {
    /// # Safety
    ///
    /// The key is that of a holder of a permit of the lock, and is not used elsewhere.
    #[inline]
    pub(super) unsafe fn new(spot: S, key: HolderKey) -> Self {
        Reading { spot, key, content: PhantomData }
    }
}

impl<S: Spot<Content = T>, T: ?Sized> Deref for Reading<S, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: there is no `Writing` beside it, and it is borrowed (2).
        self.spot.guarded().content.with(|content| unsafe { &*content })
    }
}

impl<S: Spot<Content = T>, T: ?Sized> Drop for Reading<S, T> {
    #[inline]
    fn drop(&mut self) {
        self.spot.guarded().permits.give_back(self.key, false);
    }
}
