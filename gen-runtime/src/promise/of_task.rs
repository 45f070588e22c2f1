//! `JoinHandle::shared`: the result of a task, for many futures.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{promise, SharedFuture};
use crate::task::JoinHandle;

impl<T> JoinHandle<T> {
    /// Turns the handle into a future that may be cloned, and read many times.
    ///
    /// If the result is there, the future has it at once. Otherwise a task that stays on this
    /// thread passes it on: on a loop, in the turn in which it comes. A failure that no clone has
    /// read is logged when the last clone is dropped, like that of a handle.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn twice() -> gen::Result<u32> {
    ///     let answer = gen::spawn(async {
    ///         gen::moment().await?;
    ///         Ok::<u32, gen::Error>(21)
    ///     })
    ///     .shared();
    ///     Ok(yield_!([answer.clone(), answer])?.iter().sum())
    /// }
    /// assert_eq!(gen::run_sync(twice()).unwrap(), 42);
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the handle; and [`NoHost`](crate::NoHost) if no task can stay on this thread and
    /// the task has not ended. The task goes on in that case. [`executors`](crate::executors) shows
    /// what to write there instead.
    ///
    /// # Cancellation
    ///
    /// Dropping all clones does not end the task.
    #[track_caller]
    pub fn shared(mut self) -> SharedFuture<T>
    where
        T: Clone + 'static,
    {
        let (promise, future) = promise();
        // A task that has not ended is not polled: that would be taken for a wait of the caller.
        let ended = self.is_done().then(|| Pin::new(&mut self).poll(&mut Context::from_waker(Waker::noop())));
        if let Some(Poll::Ready(result)) = ended {
            // It cannot be set already, because this is the only promise.
            let _ = promise.set_result(result);
        } else {
            promise.follow(self);
        }
        future
    }
}
