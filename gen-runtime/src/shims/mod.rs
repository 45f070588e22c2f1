//! Locks, atomics, cells, allocation, thread-locals and statics, for the code that loom checks.
//! They are those of the standard library, or with `--cfg loom` those of loom. Beside them stands
//! the number of a thread, [`ThreadNumber`].

mod thread_number;

use std::sync::PoisonError;

pub(crate) use self::thread_number::ThreadNumber;

#[cfg(loom)]
pub(crate) use loom::{
    alloc::{alloc, dealloc},
    cell::{Cell, UnsafeCell},
    sync::{
        atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU8, AtomicUsize, Ordering},
        Condvar, Mutex, MutexGuard, RwLock,
    },
};
#[cfg(not(loom))]
pub(crate) use std::{
    alloc::{alloc, dealloc},
    cell::Cell,
    sync::{
        atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU8, AtomicUsize, Ordering},
        Condvar, Mutex, MutexGuard, OnceLock, RwLock,
    },
    thread_local,
};

/// The one of the standard library, whose order loom sees by a lock around each use.
#[cfg(loom)]
pub(crate) struct OnceLock<T> {
    value: std::sync::OnceLock<T>,
    order: Mutex<()>,
}

#[cfg(loom)]
impl<T> OnceLock<T> {
    pub(crate) fn new() -> Self {
        OnceLock { value: std::sync::OnceLock::new(), order: Mutex::new(()) }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        let _order = lock(&self.order);
        self.value.get()
    }

    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        let _order = lock(&self.order);
        self.value.set(value)
    }

    pub(crate) fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        let _order = lock(&self.order);
        self.value.get_or_init(make)
    }
}

/// Locks a mutex, also a poisoned one. Every piece of code under these locks leaves the data in a
/// valid state, even if it panics.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A cell with the interface of loom's `UnsafeCell`, which checks each access.
#[cfg(not(loom))]
#[derive(Debug)]
pub(crate) struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

#[cfg(not(loom))]
impl<T: ?Sized> UnsafeCell<T> {
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}

/// All threads of a model are one thread of the system, so they need loom's thread-locals, which do
/// not accept `const`.
#[cfg(loom)]
macro_rules! local_of_a_model {
    ($($(#[$attribute:meta])* static $name:ident: $ty:ty = const $value:block;)+) => {
        loom::thread_local! {
            $($(#[$attribute])* static $name: $ty = $value;)+
        }
    };
}
#[cfg(loom)]
pub(crate) use local_of_a_model as thread_local;

/// A static that is made when it is first used.
#[cfg(not(loom))]
macro_rules! lazy_static_of_std {
    (static ref $name:ident: $ty:ty = $value:expr;) => {
        static $name: std::sync::LazyLock<$ty> = std::sync::LazyLock::new(|| $value);
    };
}
#[cfg(not(loom))]
pub(crate) use lazy_static_of_std as lazy_static;
/// A model drops its statics while its threads may still end, so this one is leaked.
#[cfg(loom)]
macro_rules! lazy_static_of_a_model {
    (static ref $name:ident: $ty:ty = $value:expr;) => {
        loom::lazy_static! {
            static ref $name: &'static $ty = Box::leak(Box::new($value));
        }
    };
}
#[cfg(loom)]
pub(crate) use lazy_static_of_a_model as lazy_static;
