//! A child behind a pointer, and where its result goes.
//!
//! | a reply | the child ends | the child is dropped | the handle is polled | the handle is dropped |
//! |---|---|---|---|---|
//! | running | done; the waiter is woken | gone; the waiter is woken | its waker is kept | its waker is dropped with the reply |
//! | done | | | gives the result: taken | the result is dropped with the reply |
//! | taken | | | an error | |
//! | gone | | | `ScopeEnded` | |

use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::errors::ScopeEnded;
use crate::error::Panicked;
use crate::report::contain;
use crate::sync::{lock, Mutex};
use crate::{Error, Result};

/// A child whose value is its handle's: of its result only the failure is told. It does not panic.
pub(super) trait Child: Future<Output = Result> {
    /// It was ended from outside, by that error.
    fn end(self: Pin<&mut Self>, error: Error);
}

pub(super) type SendChild<'env> = Pin<Box<dyn Child + Send + 'env>>;
pub(super) type LocalChild<'env> = Pin<Box<dyn Child + 'env>>;

/// Either of the two.
pub(super) trait AnyChild {
    fn as_child(&mut self) -> Pin<&mut (dyn Child + '_)>;
}

impl AnyChild for SendChild<'_> {
    fn as_child(&mut self) -> Pin<&mut (dyn Child + '_)> {
        self.as_mut()
    }
}

impl AnyChild for LocalChild<'_> {
    fn as_child(&mut self) -> Pin<&mut (dyn Child + '_)> {
        self.as_mut()
    }
}

pin_project! {
    pub(super) struct ChildOf<F, T> {
        // Dropped when it is ready.
        #[pin]
        future: Option<F>,
        reply: ReplySide<T>,
    }
}

/// A child, and its reply as the handle sees it.
pub(super) fn pair<F, T>(future: F) -> (ChildOf<F, T>, Arc<Reply<T>>)
where
    F: Future<Output = Result<T>>,
{
    let reply = Arc::new(Reply { stage: Mutex::new(Stage::Running(None)) });
    (ChildOf { future: Some(future), reply: ReplySide(Arc::clone(&reply)) }, reply)
}

impl<F, T> Future for ChildOf<F, T>
where
    F: Future<Output = Result<T>>,
{
    type Output = Result;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let mut this = self.project();
        // It ends with the first poll that is ready, or panics, and has no future after that.
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let result = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(result)) => result,
            Err(payload) => Err(Panicked::new(payload).into()),
        };
        contain("the drop of a scope's child", || this.future.set(None));
        let failure = result.as_ref().err().cloned();
        this.reply.0.end(Stage::Done(result));
        Poll::Ready(failure.map_or(Ok(()), Err))
    }
}

impl<F, T> Child for ChildOf<F, T>
where
    F: Future<Output = Result<T>>,
{
    fn end(self: Pin<&mut Self>, error: Error) {
        let mut this = self.project();
        contain("the drop of a scope's child", || this.future.set(None));
        this.reply.0.end(Stage::Done(Err(error)));
    }
}

/// The result of a child, or who waits for it.
pub(super) struct Reply<T> {
    stage: Mutex<Stage<T>>,
}

/// What the child has of it.
struct ReplySide<T>(Arc<Reply<T>>);

enum Stage<T> {
    Running(Option<Waker>),
    Done(Result<T>),
    Taken,
    Gone,
}

impl<T> Reply<T> {
    pub(super) fn is_done(&self) -> bool {
        !matches!(*lock(&self.stage), Stage::Running(_))
    }

    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<T>> {
        // Cloned, and the old one dropped, outside of the lock: both may run anybody's code.
        let waker = waker.clone();
        let mut stage = lock(&self.stage);
        let before = match &mut *stage {
            Stage::Running(waiter) => waiter.replace(waker),
            Stage::Done(_) => {
                let Stage::Done(result) = mem::replace(&mut *stage, Stage::Taken) else {
                    return Poll::Pending;
                };
                return Poll::Ready(result);
            }
            Stage::Taken => {
                return Poll::Ready(Err(Error::new(
                    "the result of this child was taken before: a `ScopeHandle` gives it once",
                )))
            }
            Stage::Gone => return Poll::Ready(Err(ScopeEnded.into())),
        };
        drop(stage);
        drop(before);
        Poll::Pending
    }

    /// The first end counts.
    fn end(&self, end: Stage<T>) {
        let mut stage = lock(&self.stage);
        if let Stage::Running(waiter) = &mut *stage {
            let waiter = waiter.take();
            *stage = end;
            drop(stage);
            if let Some(waiter) = waiter {
                contain("a waker", || waiter.wake());
            }
        }
    }
}

impl<T> Drop for ReplySide<T> {
    fn drop(&mut self) {
        self.0.end(Stage::Gone);
    }
}
