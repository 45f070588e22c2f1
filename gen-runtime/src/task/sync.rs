//! What a task shares between threads is built on: the standard library, or loom when it is model-checked (`--cfg loom`).

#[cfg(loom)]
pub(super) use loom::sync::{Arc, Mutex, MutexGuard};
#[cfg(not(loom))]
pub(super) use std::sync::{Arc, Mutex, MutexGuard};
