//! `JoinHandle::shared`: the result of a task, for many.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{promise, SharedFuture};
use crate::task::JoinHandle;

impl<T> JoinHandle<T> {
    /// A future of the result that may be cloned, and read many times.
    ///
    /// The result is taken over by a task of the loop that runs on this thread, in the turn in which it comes; at once, if it is there. A failure that none of the clones has looked at is
    /// logged when the last one goes, as that of a handle is.
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
    /// Those of the handle; and [`NoLoop`](crate::NoLoop) where none runs on this thread, and the task has not ended. The task goes on.
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
        if let Poll::Ready(result) = Pin::new(&mut self).poll(&mut Context::from_waker(Waker::noop())) {
            // Nobody else has the promise.
            let _ = promise.set_result(result);
        } else {
            promise.follow(self);
        }
        future
    }
}
