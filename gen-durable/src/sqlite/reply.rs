//! [`Reply`]: the result of a job, which comes from the thread of the store.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::error::StoreError;

/// The result of a job, for one reader. Clones are the same reply.
#[derive(Debug)]
pub(super) struct Reply<R>(Arc<(Mutex<Answer<R>>, Condvar)>);

#[derive(Debug)]
enum Answer<R> {
    /// The job is not done yet. The waker is that of the task that waits for it.
    Waiting(Option<Waker>),
    /// The job is done, and its result was not taken yet.
    Told(gen::Result<R>),
    /// The result was taken.
    Taken,
}

impl<R> Reply<R> {
    pub(super) fn new() -> Self {
        Reply(Arc::new((Mutex::new(Answer::Waiting(None)), Condvar::new())))
    }

    fn lock(&self) -> MutexGuard<'_, Answer<R>> {
        self.0 .0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the result, and wakes the task or the thread that waits for it.
    pub(super) fn set(&self, result: gen::Result<R>) {
        let before = std::mem::replace(&mut *self.lock(), Answer::Told(result));
        self.0 .1.notify_all();
        if let Answer::Waiting(Some(waker)) = before {
            // A waker is of an executor, whose panic must not end the thread of all runs.
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }

    /// The result, once.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<gen::Result<R>> {
        let waker = cx.waker().clone();
        let mut answer = self.lock();
        let before = match &mut *answer {
            Answer::Waiting(known) => known.replace(waker),
            answer => match std::mem::replace(answer, Answer::Taken) {
                Answer::Told(result) => return Poll::Ready(result),
                _ => return Poll::Pending,
            },
        };
        // Dropped outside the lock: a waker may run anything.
        drop(answer);
        drop(before);
        Poll::Pending
    }

    /// Blocks this thread until the result is there.
    pub(super) fn wait(self) -> gen::Result<R> {
        let mut answer = self.lock();
        loop {
            match std::mem::replace(&mut *answer, Answer::Taken) {
                Answer::Told(result) => return result,
                Answer::Taken => return Err(StoreError::Closed.into()),
                waiting @ Answer::Waiting(_) => *answer = waiting,
            }
            answer = self.0 .1.wait(answer).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Completes with the result.
    pub(super) async fn told(self) -> gen::Result<R> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }
}

impl<R> Clone for Reply<R> {
    fn clone(&self) -> Self {
        Reply(Arc::clone(&self.0))
    }
}
