//! What the engine shares between threads is built on: the standard library, or loom when it is model-checked (`--cfg loom`).

#[cfg(loom)]
pub(super) use loom::{
    alloc::{alloc, dealloc},
    sync::{
        atomic::{fence, AtomicBool, AtomicU32, AtomicUsize, Ordering},
        Mutex, MutexGuard,
    },
};
#[cfg(not(loom))]
pub(super) use std::{
    alloc::{alloc, dealloc},
    sync::{
        atomic::{fence, AtomicBool, AtomicU32, AtomicUsize, Ordering},
        Mutex, MutexGuard,
    },
};
