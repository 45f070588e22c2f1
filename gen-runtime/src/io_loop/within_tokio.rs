//! `IoLoop::within_tokio`: a loop whose coroutines use the sockets and timers of tokio.

use tokio::runtime::Handle;

use super::IoLoop;

impl IoLoop {
    /// Enters a runtime of tokio whenever this loop runs.
    ///
    /// A loop may run on a thread of its own in a program on tokio. But tokio's own types, such as
    /// its sockets and `tokio::time::sleep`, panic on a thread that has not entered a runtime. With
    /// this call they work in every coroutine and callback of this loop. The loop still polls its
    /// tasks itself. The runtime watches the sockets and the time of tokio's types, so it must go
    /// on to run: a runtime of the current-thread flavor does so only within its `block_on`.
    ///
    /// | on this loop | belongs to |
    /// |---|---|
    /// | [`spawn`](crate::spawn), [`sleep`](crate::sleep()), [`with_timeout`](crate::with_timeout), [`moment`](crate::moment()) | the loop |
    /// | `tokio::spawn`, `tokio::time::sleep`, `tokio::net` | the runtime |
    /// | [`blocking`](crate::blocking()) | the pool of the runtime |
    ///
    /// Only the first such call of a loop has an effect.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::{rc::Rc, thread, time::Duration};
    ///
    /// #[gen::coroutine]
    /// fn on_the_loop() -> gen::Result<u32> {
    ///     let not_send = Rc::new(40);
    ///     yield_!(tokio::time::sleep(Duration::from_millis(1)))?; // a timer of tokio
    ///     yield_!(gen::sleep(Duration::from_millis(1)))?; // a timer of the loop
    ///     let two = yield_!(tokio::spawn(async { 2 }))?; // on a thread of tokio
    ///     Ok(*not_send + two)
    /// }
    ///
    /// #[tokio::main]
    /// async fn main() {
    ///     let runtime = tokio::runtime::Handle::current();
    ///     let thread = thread::spawn(move || {
    ///         let io_loop = gen::IoLoop::new().within_tokio(runtime);
    ///         io_loop.run_sync(on_the_loop())
    ///     });
    ///     // A task that waits for the thread must not block the runtime.
    ///     let result = gen::raw(gen::blocking(|| thread.join().unwrap())).join().await;
    ///     assert_eq!(result.unwrap().unwrap(), 42);
    /// }
    /// ```
    pub fn within_tokio(self, runtime: Handle) -> Self {
        self.core.set_runtime(runtime);
        self
    }
}
