//! A panic as an error.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::future::{poll_fn, Future};
use std::mem;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use super::Result;

/// The error of a task whose body panicked, or of a child of a parallel yield that panicked.
///
/// It keeps the payload of the panic, which can be [resumed](Panicked::resume) once.
pub struct Panicked {
    message: String,
    payload: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Panicked {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = text_of(&*payload).unwrap_or("a payload that is no text").to_owned();
        Panicked { message, payload: Mutex::new(Some(payload)) }
    }

    /// The message of the panic. If the payload is not a text as `panic!` makes it, this says so.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Takes the payload of the panic; `None` if it was taken before.
    #[must_use]
    pub fn take_payload(&self) -> Option<Box<dyn Any + Send>> {
        self.payload.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Resumes the panic in the caller.
    ///
    /// # Panics
    ///
    /// Always, with the payload, or with the message if the payload was taken before.
    pub fn resume(&self) -> ! {
        resume_unwind(self.take_payload().unwrap_or_else(|| Box::new(self.message.clone())))
    }
}

/// The text of a panic, if its payload is a text as `panic!` makes it.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

impl fmt::Debug for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panicked").field("message", &self.message).finish_non_exhaustive()
    }
}

impl StdError for Panicked {}

/// Resolves to the output of `future`; to [`Panicked`] if it panics.
pub(crate) async fn catch_panic<F: Future>(future: F) -> Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(Panicked::new(payload).into())),
    })
    .await
}

/// Drops the payload of a panic. A payload whose own drop panics is forgotten: nothing more can be
/// done.
pub(crate) fn drop_payload(payload: Box<dyn Any + Send>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
}
