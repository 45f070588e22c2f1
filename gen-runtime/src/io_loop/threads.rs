//! Whether other threads could act on a loop.

/// Whether this is the only thread of the process, for certain.
///
/// Only Linux tells. Elsewhere the answer is `false`.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn is_only_thread() -> bool {
    std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.take(2).count() == 1)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn is_only_thread() -> bool {
    false
}
