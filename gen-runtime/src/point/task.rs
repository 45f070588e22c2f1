//! `gen::task`: a function that takes a callback, as a future.
//!
//! | state | the callback is called | the closure fails | a callback that the closure scheduled fails | the last callback is dropped | polled |
//! |---|---|---|---|---|---|
//! | empty | done with the value | done with the error | done with the error | dropped | pending; it will be woken |
//! | dropped | (cannot be) | done with the error | done with the error | (cannot be) | ready with `CallbackDroppedError`: over |
//! | done | nothing | the error is logged | the error goes to the outer [context](crate::context) | nothing | ready: over |
//! | over | nothing | (cannot be) | the error goes to the outer context | nothing | panics |
//!
//! The closure runs in an error context of its own, the `Catch`, which also decides which end is the first. A callback that fails drops what it holds before its
//! error is told: so a drop is only believed when the task is polled.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::errors::CallbackDroppedError;
use super::sync::{lock, Mutex};
use crate::context::Catch;
use crate::io_loop::CallbackOutput;
use crate::{report, Error, Result};

/// Calls a function that takes a callback, at once, and gives the future of what the callback is called with.
///
/// The first call of the callback wins; later ones are ignored. The closure may fail, if the callback was not called before: then the future fails. What
/// else it returns is ignored. So does the future fail if a loop's callback or timer fails that the closure scheduled: the closure has an error
/// [context](crate::context) of its own, in the present one. What fails after the end goes to that one.
///
/// ```
/// use gen::yield_;
/// use std::thread;
///
/// #[gen::coroutine]
/// fn answer() -> gen::Result<u32> {
///     yield_!(gen::task(|done| {
///         thread::spawn(move || done.call(42));
///     }))
/// }
/// assert_eq!(gen::run_sync(answer()).unwrap(), 42);
/// ```
///
/// # Errors
///
/// The closure's own, and that of what it scheduled; [`CallbackDroppedError`] if all clones of the callback are dropped without a call. (Tornado waits for ever.)
///
/// # Panics
///
/// As the closure does.
///
/// # Cancellation
///
/// When the future is dropped the callback does nothing any more, and a value that it is called with just then is lost. Where none may be lost, keep the values in a queue of
/// your own, and let the callback only say that there is something in it.
pub fn task<T, R, M>(call: impl FnOnce(TaskCallback<T>) -> R) -> Task<T>
where
    R: CallbackOutput<M>,
{
    let shared = Arc::new(Shared { state: Mutex::new(State::Empty(None)), catch: Catch::new() });
    let task = Task { shared: Arc::clone(&shared) };
    let sender = Arc::new(Sender { shared: Arc::clone(&shared) });
    // Held until the closure has returned: its error comes before that of the callback that it drops.
    let callback = TaskCallback { sender };
    let result = {
        let _entered = shared.catch.enter();
        call(callback.clone()).into_result()
    };
    if let Err(error) = result {
        shared.fail(error);
    }
    task
}

/// The future of a callback's argument: made by [`task`].
#[must_use = "the function was called, but nobody waits for its callback"]
pub struct Task<T> {
    shared: Arc<Shared<T>>,
}

/// The callback of a [`task`]: it may be cloned, sent to other threads and called from there.
///
/// The coroutine that waits is woken, and never runs inside the call.
pub struct TaskCallback<T> {
    sender: Arc<Sender<T>>,
}

/// What all clones of a callback share: the last one drops it.
struct Sender<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    state: Mutex<State<T>>,
    /// Open as long as the task has no end.
    catch: Catch,
}

enum State<T> {
    Empty(Option<Waker>),
    Done(Result<T>),
    Over,
}

impl<T> TaskCallback<T> {
    /// Ends the task with a value, unless it has ended before.
    pub fn call(&self, value: T) {
        if self.sender.shared.catch.end() {
            self.sender.shared.set(Ok(value));
        }
    }
}

impl<T> Shared<T> {
    /// Keeps the result for the next poll, unless nobody waits.
    fn set(&self, result: Result<T>) {
        let mut state = lock(&self.state);
        let State::Empty(waker) = &mut *state else { return };
        let waker = waker.take();
        *state = State::Done(result);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The closure has failed.
    fn fail(&self, error: Error) {
        if self.catch.end() {
            self.set(Err(error));
        } else {
            report::error(format_args!("a task's function failed after its callback was called: {error:?}"));
        }
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if let Some(error) = self.shared.catch.poll(cx.waker()) {
            // Dropped outside of the lock.
            let before = std::mem::replace(&mut *lock(&self.shared.state), State::Over);
            drop(before);
            return Poll::Ready(Err(error));
        }
        let waker = cx.waker().clone();
        let mut state = lock(&self.shared.state);
        match std::mem::replace(&mut *state, State::Over) {
            State::Empty(before) => {
                *state = State::Empty(Some(waker));
                drop(state);
                drop(before);
                Poll::Pending
            }
            State::Done(result) => {
                self.shared.catch.end();
                Poll::Ready(result)
            }
            // As of any future: to poll it again after it was ready is a mistake of the caller.
            State::Over => panic!("a task was polled after it was ready"),
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let left = std::mem::replace(&mut *lock(&self.shared.state), State::Over);
        drop(left);
        self.shared.catch.abandon();
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // Asked first, since an error takes allocations and is nearly never needed. Nobody else can end an empty task now.
        let empty = matches!(*lock(&self.shared.state), State::Empty(_));
        if empty {
            // The catch stays open, for the error of the callback that has dropped this.
            self.shared.set(Err(CallbackDroppedError::of_task().into()));
        }
    }
}

impl<T> Clone for TaskCallback<T> {
    fn clone(&self) -> Self {
        TaskCallback { sender: Arc::clone(&self.sender) }
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for TaskCallback<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskCallback").finish_non_exhaustive()
    }
}
