//! Where a task's result is, and who waits for it.
//!
//! | stage | the task ends | the handle is polled | the handle is dropped |
//! |---|---|---|---|
//! | `Running`, with handle | `Done`; the waiter is woken | its waker is kept | `Running`, detached |
//! | `Running`, detached | the result is given back, to be reported | | |
//! | `Done` | | gives it: `Taken` | the result is given back, to be reported |
//! | `Taken`, `Closed` | | an error | |
//!
//! A loop that is dropped brings its tasks from `Running` to `Closed`. That is no failure of theirs, and not reported.
//!
//! Each function locks, changes the stage, unlocks; what is to be dropped or woken is handed out, because that may run anybody's code.
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::Result;

pub(super) struct Join<T> {
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    stage: Stage<T>,
    detached: bool,
    waiter: Option<Waker>,
}

enum Stage<T> {
    Running,
    Done(Result<T>),
    Taken,
    Closed,
}

/// Why there is no result, and never will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// The handle was polled after it had given the result.
    Taken,
    /// The loop was dropped.
    Closed,
}

impl<T> Join<T> {
    pub(super) fn new() -> Self {
        Join { inner: Mutex::new(Inner { stage: Stage::Running, detached: false, waiter: None }) }
    }

    /// The task has ended. Gives whom to wake, or the result if nobody has a handle.
    pub(super) fn finish(&self, result: Result<T>) -> std::result::Result<Option<Waker>, Result<T>> {
        let mut inner = self.lock();
        if inner.detached {
            return Err(result);
        }
        inner.stage = Stage::Done(result);
        Ok(inner.waiter.take())
    }

    /// The task will not end: its loop is gone. Gives whom to wake.
    pub(super) fn close(&self) -> Option<Waker> {
        let mut inner = self.lock();
        inner.stage = Stage::Closed;
        inner.waiter.take()
    }

    /// Gives the result, or keeps `waker` for when it is there.
    pub(super) fn poll(&self, waker: &Waker) -> std::result::Result<Poll<Result<T>>, Gone> {
        if let Some(answer) = self.take(Some(waker)) {
            return answer;
        }
        // Another waker than the last time. Cloning it may run anybody's code, and so may dropping the old one.
        let mut waker = Some(waker.clone());
        mem::swap(&mut self.lock().waiter, &mut waker);
        // The task may have ended between the two locks: then nobody wakes what was just put there.
        self.take(None).unwrap_or(Ok(Poll::Pending))
    }

    /// `None` if the task is running and wakes somebody else than `waker`.
    fn take(&self, waker: Option<&Waker>) -> Option<std::result::Result<Poll<Result<T>>, Gone>> {
        let mut inner = self.lock();
        match mem::replace(&mut inner.stage, Stage::Taken) {
            Stage::Done(result) => Some(Ok(Poll::Ready(result))),
            Stage::Taken => Some(Err(Gone::Taken)),
            Stage::Closed => {
                inner.stage = Stage::Closed;
                Some(Err(Gone::Closed))
            }
            Stage::Running => {
                inner.stage = Stage::Running;
                let kept = matches!((&inner.waiter, waker), (Some(old), Some(new)) if old.will_wake(new));
                kept.then_some(Ok(Poll::Pending))
            }
        }
    }

    /// The handle is gone. Gives the result that it did not read, and the waker that is not needed any more.
    pub(super) fn detach(&self) -> (Option<Result<T>>, Option<Waker>) {
        let mut inner = self.lock();
        inner.detached = true;
        let waiter = inner.waiter.take();
        match mem::replace(&mut inner.stage, Stage::Taken) {
            Stage::Done(result) => (Some(result), waiter),
            Stage::Running => {
                inner.stage = Stage::Running;
                (None, waiter)
            }
            Stage::Taken | Stage::Closed => (None, waiter),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        !matches!(self.lock().stage, Stage::Running)
    }

    /// Nothing panics under this lock: what it guards is whole.
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
