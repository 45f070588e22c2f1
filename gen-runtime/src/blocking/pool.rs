//! The pool of threads that takes a call.

use super::call::Worker;
#[cfg(all(feature = "tokio", not(loom)))]
use crate::executor::tokio_takes_tasks;

/// Starts a call on the pool that is found here. It fails if there is none.
pub(super) fn start<F, T>(worker: Worker<T>, closure: F)
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    #[cfg(all(feature = "tokio", not(loom)))]
    if tokio_takes_tasks() {
        return drop(tokio::task::spawn_blocking(move || worker.run(closure)));
    }
    #[cfg(all(feature = "blocking", not(loom)))]
    ::blocking::unblock(move || worker.run(closure)).detach();
    #[cfg(not(all(feature = "blocking", not(loom))))]
    {
        drop(closure);
        worker.fail(crate::executor::NoHost::for_blocking().into());
    }
}
