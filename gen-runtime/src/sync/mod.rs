//! What threads meet at, in groups, callables, points, promises, error contexts, scopes, handles and the mail of a loop: the standard library's, or loom's when they are
//! model-checked (`--cfg loom`).

mod thread_number;

use std::sync::PoisonError;

pub(crate) use self::thread_number::ThreadNumber;

#[cfg(loom)]
pub(crate) use loom::{
    alloc::{alloc, dealloc},
    cell::UnsafeCell,
    sync::{
        atomic::{fence, AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
        Condvar, Mutex, MutexGuard,
    },
};
#[cfg(not(loom))]
pub(crate) use std::{
    alloc::{alloc, dealloc},
    sync::{
        atomic::{fence, AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
        Condvar, Mutex, MutexGuard,
    },
    thread_local,
};

/// Locks. Nothing that is done under these locks leaves what they guard half done, so a panic there does no harm.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A cell that lends pointers to what is in it, with the interface of loom's, which notes each loan.
#[cfg(not(loom))]
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// Lends a pointer to read by.
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    /// Lends a pointer to write by.
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}

/// The threads of a model share one of the system's; loom's locals do not take `const`.
#[cfg(loom)]
macro_rules! local_of_a_model {
    ($(#[$attribute:meta])* static $name:ident: $ty:ty = const $value:block;) => {
        loom::thread_local! {
            $(#[$attribute])*
            static $name: $ty = $value;
        }
    };
}
#[cfg(loom)]
pub(crate) use local_of_a_model as thread_local;
