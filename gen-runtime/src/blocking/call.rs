//! A call of a closure on another thread: its outcome, and the worker that brings it.
//!
//! | event | the outcome |
//! |---|---|
//! | the closure returns, or panics | its value; the panic as an error |
//! | the pool drops the worker before it runs | `LoopClosed` |
//! | there is no pool | `NoHost` |
//! | a future takes the outcome | taken |
//! | nothing has taken an error when the call is dropped | it is logged |

use std::any::type_name;
use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::error::{Error, Panicked};
use crate::executor::LoopClosed;
use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::io_loop::KeepAlive;
use crate::report::{contain, report_unread};
use crate::waiter::{Stage, WaiterCell};

/// A call, as the thread and the futures share it.
pub(super) struct Call<T> {
    outcome: WaiterCell<Outcome<T>>,
}

enum Outcome<T> {
    Returned(T),
    Failed(Error),
    Taken,
}

/// Begins a call: makes the two sides of it.
pub(super) fn begin<T>(keep_alive: Option<KeepAlive>) -> (Worker<T>, Arc<Call<T>>) {
    let call = Arc::new(Call { outcome: WaiterCell::default() });
    (Worker { call: Some(Arc::clone(&call)), _keep_alive: keep_alive }, call)
}

/// Runs the closure, on any thread. Its drop is an outcome, too.
pub(super) struct Worker<T> {
    /// `None` after the outcome was sent.
    call: Option<Arc<Call<T>>>,
    // Dropped after the outcome was sent, so that no time passes on a virtual clock meanwhile.
    _keep_alive: Option<KeepAlive>,
}

impl<T> Worker<T> {
    pub(super) fn run(mut self, closure: impl FnOnce() -> T) {
        self.send(match catch_unwind(AssertUnwindSafe(closure)) {
            Ok(value) => Outcome::Returned(value),
            Err(payload) => Outcome::Failed(Panicked::new(payload).into()),
        });
    }

    #[cfg(not(all(feature = "blocking", not(loom))))]
    pub(super) fn fail(mut self, error: Error) {
        self.send(Outcome::Failed(error));
    }

    fn send(&mut self, outcome: Outcome<T>) {
        if let Some(call) = self.call.take() {
            // The cell is empty: only a worker fills it, and does so once.
            drop(call.outcome.put(outcome));
            // If nothing waits any more, this drops the value.
            contain("the drop of the value of a blocking call", || drop(call));
        }
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.send(Outcome::Failed(LoopClosed.into()));
    }
}

impl<T> Call<T> {
    pub(super) fn take_failure(&self) -> Option<Error> {
        self.outcome.with(|stage| match stage {
            Stage::Full(outcome) => outcome.take_failure(),
            Stage::Empty(_) => None,
        })
    }
}

impl<T> Outcome<T> {
    fn take_value(&mut self) -> Option<T> {
        match mem::replace(self, Outcome::Taken) {
            Outcome::Returned(value) => Some(value),
            other => {
                *self = other;
                None
            }
        }
    }

    fn take_failure(&mut self) -> Option<Error> {
        match mem::replace(self, Outcome::Taken) {
            Outcome::Failed(error) => Some(error),
            other => {
                *self = other;
                None
            }
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if let Some(error) = self.take_failure() {
            report_unread("a blocking call", &error);
        }
    }
}

/// The future of the value. It stays pending if the call has failed.
pub struct Returned<T> {
    call: Arc<Call<T>>,
}

impl<T> Returned<T> {
    pub(super) fn of(call: &Arc<Call<T>>) -> Self {
        Returned { call: Arc::clone(call) }
    }
}

impl<T> Future for Returned<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match self.call.outcome.poll(cx.waker(), Outcome::take_value) {
            Poll::Ready(Some(value)) => Poll::Ready(value),
            Poll::Ready(None) => Poll::Pending,
            Poll::Pending => {
                say(&*self, cx.waker(), 1, |_| WaitsFor::Blocking { value: type_name::<T>() });
                Poll::Pending
            }
        }
    }
}

/// Its waker goes with it.
impl<T> Drop for Returned<T> {
    fn drop(&mut self) {
        self.call.outcome.forget();
    }
}
