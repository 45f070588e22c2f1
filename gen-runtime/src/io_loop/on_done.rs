//! `JoinHandle::on_done`: a callback with the result of a task.

use super::IoLoop;
use crate::error::CallbackOutput;
use crate::task::JoinHandle;
use crate::{report, Result};

impl<T> JoinHandle<T> {
    /// Runs `callback` with the task's result, in a later turn of the loop that runs on this
    /// thread.
    ///
    /// The callback belongs to the [error context](crate::context) of this call: if it fails, or
    /// returns the error of the task, that error is thrown into the coroutine that is running now.
    /// So `on_done(|result| result)` gives the error of a task that no coroutine waits for to the
    /// coroutine that started it, instead of to the log.
    ///
    /// Where no loop runs, the callback is dropped, the task goes on, and the mistake is logged.
    /// Before the loop runs, use [`add_future`](crate::IoLoopHandle::add_future) of its handle.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     gen::spawn(async {
    ///         gen::moment().await?;
    ///         Err::<(), _>(gen::Error::new("the engine failed"))
    ///     })
    ///     .on_done(|result| result);
    ///     yield_!(std::future::pending::<()>())
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap_err().to_string(), "the engine failed");
    /// ```
    #[track_caller]
    pub fn on_done<F, R, M>(self, callback: F)
    where
        T: 'static,
        F: FnOnce(Result<T>) -> R + 'static,
        R: CallbackOutput<M>,
    {
        match IoLoop::current() {
            Some(handle) => handle.add_future(self, callback),
            None => report::error(format_args!(
                "`on_done` was called where no loop runs: its callback is dropped"
            )),
        }
    }
}
