//! `JoinHandle::on_done`: a callback with the result of a task.

use super::IoLoop;
use crate::error::{CallbackOutput, Error};
use crate::task::{check_local, spawn_local, JoinHandle};
use crate::{context, moment, report, Result};

impl<T> JoinHandle<T> {
    /// Runs `callback` with the task's result, on this thread. It never runs within this call: on a
    /// loop, it runs in a later turn.
    ///
    /// The callback belongs to the [error context](crate::context) of this call: if it fails, or
    /// returns the error of the task, that error is thrown into the coroutine that is running now.
    /// So `on_done(|result| result)` gives the error of a task that no coroutine waits for to the
    /// coroutine that started it, instead of to the log.
    ///
    /// Where no task can stay on this thread (see [`spawn_local`](crate::spawn_local)), the
    /// callback is dropped, the task goes on, and the mistake is logged.
    /// [`executors`](crate::executors) shows what to write there instead. Before the loop runs, use
    /// [`add_future`](crate::IoLoopHandle::add_future) of its handle.
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
            None if check_local().is_ok() => {
                // Captured here, because the callback does not belong to the task that waits.
                let context = context::capture();
                drop(spawn_local(async move {
                    // Without it the callback could run within this call, while the coroutine is
                    // running and cannot take its error. It is needed even if the task has not
                    // ended yet, since another thread may end it before the handle is polled.
                    moment().await?;
                    let result = self.await;
                    context.run(|| callback(result).into_result());
                    Ok::<(), Error>(())
                }));
            }
            None => report::error(format_args!(
                "`on_done` was called where no task can stay on this thread: its callback is dropped"
            )),
        }
    }
}
