//! A child behind a pointer, and its reply to the handle.
//!
//! The result is sent to the handle when the child has ended. A child that is dropped before
//! its end sends nothing, and its handle resolves to `ScopeEnded`.

use std::any::type_name;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::Panicked;
use crate::report::contain;
use crate::waiter::{oneshot, Receiver, Sender};
use crate::{Error, Result};

/// A child whose value goes to its handle, so that the scope only sees its failure. It does not
/// panic.
pub(super) trait Child: Future<Output = Result> {
    /// Ends the child from outside, with that error.
    fn end(self: Pin<&mut Self>, error: Error);

    /// The type of its future.
    fn type_name(&self) -> &'static str;
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
        // `None` when it is ready.
        #[pin]
        future: Option<F>,
        reply: Sender<Result<T>>,
    }
}

/// Makes a child, and the receiver of its result for the handle.
pub(super) fn pair<F, T>(future: F) -> (ChildOf<F, T>, Receiver<Result<T>>)
where
    F: Future<Output = Result<T>>,
{
    let (reply, receiver) = oneshot();
    (ChildOf { future: Some(future), reply }, receiver)
}

impl<F, T> Future for ChildOf<F, T>
where
    F: Future<Output = Result<T>>,
{
    type Output = Result;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let mut this = self.project();
        // After the first poll that is ready or panics there is no future.
        let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Pending };
        let result = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(result)) => result,
            Err(payload) => Err(Panicked::new(payload).into()),
        };
        contain("the drop of a scope's child", || this.future.set(None));
        let failure = result.as_ref().err().cloned();
        this.reply.send(result);
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
        this.reply.send(Err(error));
    }

    fn type_name(&self) -> &'static str {
        type_name::<F>()
    }
}
