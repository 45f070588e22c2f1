//! The synchronisation that the engine is built on: the standard library's, or loom's when it is model-checked (`--cfg loom`).

#[cfg(loom)]
pub(super) use loom::sync::{
    atomic::{fence, AtomicBool, AtomicU32, AtomicUsize, Ordering},
    Mutex, MutexGuard,
};
#[cfg(not(loom))]
pub(super) use std::sync::{
    atomic::{fence, AtomicBool, AtomicU32, AtomicUsize, Ordering},
    Mutex, MutexGuard,
};
