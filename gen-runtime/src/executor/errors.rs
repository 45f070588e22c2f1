//! The errors of a loop. Each one is a type of its own, so that callers can test for it with
//! `e.is::<gen::LoopClosed>()`.

use crate::error::unit_error;

unit_error! {
    /// The [`IoLoop`](crate::IoLoop) was dropped, and so were the tasks that were suspended on it.
    pub LoopClosed: "the `IoLoop` was dropped before this was done"
}

unit_error! {
    /// The loop was [stopped](crate::IoLoopHandle::stop) while
    /// [`run_sync`](crate::IoLoop::run_sync) was waiting.
    pub LoopStopped: "the `IoLoop` was stopped before the coroutine that `run_sync` waits for was done"
}

unit_error! {
    /// A blocking call was made inside of a running loop. It would block that loop, and so it could
    /// never end.
    pub LoopRunning: "an `IoLoop` is running on this thread already: yield the coroutine instead of blocking on it"
}

unit_error! {
    /// A blocking call was made inside of a task of tokio. It would block everything else on this
    /// thread, perhaps also the event that it waits for.
    ///
    /// Await or yield the coroutine instead: it is a future like any other, and its timers and
    /// tasks are those of the runtime. A call that must block belongs into
    /// `tokio::task::spawn_blocking`.
    ///
    /// A call is refused wherever tokio polls: in its tasks, and in the future of its `block_on`,
    /// on each kind of its runtimes. It is not refused in `spawn_blocking` and `block_in_place`,
    /// nor where a runtime is only entered. Without the feature `tokio`, and in a task that is
    /// `unconstrained`, the call is not refused either, and it blocks.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")] {
    /// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// let blocking = async { gen::run_sync(gen::sleep(std::time::Duration::ZERO)) };
    /// let error = runtime.block_on(blocking).unwrap_err();
    /// assert!(error.is::<gen::RuntimeRunning>());
    /// # }
    /// ```
    pub RuntimeRunning: "a task of tokio is running on this thread, and a blocking call would stop its runtime: await or \
     yield the coroutine instead, or make the call in `tokio::task::spawn_blocking`"
}
