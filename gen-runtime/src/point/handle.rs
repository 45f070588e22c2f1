//! The registry of a call, as its points own it.
//!
//! Each point owns the registry, since it may outlive the call, and move to another thread. But
//! nearly always the points of a call are made one after the other, in polls of the call. So a
//! point that ends within a poll leaves its owner to the next one, and the count of the owners
//! stays as it is. A thread has one place for such an owner.
//!
//! | event | no call is polled | a call is polled, and the place is empty | a call is polled, and an owner is left |
//! |---|---|---|---|
//! | the poll of a call begins | | | the owner stays |
//! | a point is made | a new owner | a new owner | the owner, if it is one of the same registry; otherwise it goes, and there is a new one |
//! | a point ends | its owner goes | its owner is left | its owner is left, and the one before goes |
//! | the poll of a call ends, also by a panic | | | the owner goes |
//!
//! So nothing is left when no call is polled.
//!
//! The only unsafe code takes the owner out of a handle that is being dropped.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use super::registry::KeyRegistry;
use crate::shims::thread_local;

/// An owner of a registry.
pub(super) struct Handle(ManuallyDrop<Arc<KeyRegistry>>);

// They have no destructors, so they are cheaper to use. The end of a poll takes the owner out.
thread_local! {
    /// The owner that the last point has left.
    static LEFT: Cell<Option<ManuallyDrop<Arc<KeyRegistry>>>> = const { Cell::new(None) };
}

thread_local! {
    /// Whether this thread polls a call.
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

impl Handle {
    #[inline]
    pub(super) fn of(registry: &Arc<KeyRegistry>) -> Self {
        match LEFT.with(Cell::take) {
            Some(left) if Arc::ptr_eq(&left, registry) => Handle(left),
            left => Handle::new(registry, left),
        }
    }

    #[inline(never)]
    fn new(registry: &Arc<KeyRegistry>, left: Option<ManuallyDrop<Arc<KeyRegistry>>>) -> Self {
        let_go(left);
        Handle(ManuallyDrop::new(Arc::clone(registry)))
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Handle(self.0.clone())
    }
}

impl Drop for Handle {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the handle is being dropped, and does not use it again.
        let registry = unsafe { ManuallyDrop::take(&mut self.0) };
        if IS_OPEN.with(Cell::get) {
            let_go(LEFT.with(|left| left.replace(Some(ManuallyDrop::new(registry)))));
        } else {
            drop(registry);
        }
    }
}

impl Deref for Handle {
    type Target = KeyRegistry;

    #[inline]
    fn deref(&self) -> &KeyRegistry {
        &self.0
    }
}

/// Polls a call.
#[inline]
pub(super) fn during<R>(poll: impl FnOnce() -> R) -> R {
    let _end = End { was_open: IS_OPEN.with(|is_open| is_open.replace(true)) };
    poll()
}

/// Ends a poll in its drop, also by a panic.
struct End {
    was_open: bool,
}

impl Drop for End {
    #[inline]
    fn drop(&mut self) {
        IS_OPEN.with(|is_open| is_open.set(self.was_open));
        let_go(LEFT.with(Cell::take));
    }
}

/// Drops an owner that was left, outside of the place.
#[inline]
fn let_go(left: Option<ManuallyDrop<Arc<KeyRegistry>>>) {
    drop(left.map(ManuallyDrop::into_inner));
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::{catch_unwind, AssertUnwindSafe};

    use super::*;

    fn registry() -> Arc<KeyRegistry> {
        Arc::new(KeyRegistry::new())
    }

    #[test]
    fn points_one_after_the_other_have_the_same_owner() {
        let registry = registry();
        during(|| {
            drop(Handle::of(&registry));
            assert_eq!(Arc::strong_count(&registry), 2);
            let (one, two) = (Handle::of(&registry), Handle::of(&registry));
            assert_eq!(Arc::strong_count(&registry), 3);
            drop((one, two));
            assert_eq!(Arc::strong_count(&registry), 2);
        });
        assert_eq!(Arc::strong_count(&registry), 1);
    }

    /// Otherwise a point would find the keys of another call.
    #[test]
    fn an_owner_is_not_left_to_another_call() {
        let (one, other) = (registry(), registry());
        during(|| {
            drop(Handle::of(&one));
            let handle = Handle::of(&other);
            assert!(Arc::ptr_eq(&handle.0, &other));
            assert_eq!(Arc::strong_count(&one), 1);
        });
    }

    /// Otherwise a thread would keep the registry of a call that has ended.
    #[test]
    fn nothing_is_left_when_no_call_is_polled() {
        let (outer, inner) = (registry(), registry());
        drop(Handle::of(&outer));
        assert_eq!(Arc::strong_count(&outer), 1);
        let kept = during(|| {
            let kept = Handle::of(&outer);
            during(|| drop(Handle::of(&inner)));
            assert_eq!(Arc::strong_count(&inner), 1);
            drop(Handle::of(&outer));
            kept
        });
        drop(kept);
        assert_eq!(Arc::strong_count(&outer), 1);
        let poll = || {
            during(|| {
                drop(Handle::of(&outer));
                panic!("in the poll");
            })
        };
        catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
        drop(Handle::of(&outer));
        assert_eq!(Arc::strong_count(&outer), 1);
    }
}
