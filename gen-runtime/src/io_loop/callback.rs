//! What a callback may return, and what becomes of its failure.
use std::any::Any;
use std::future::{poll_fn, Future};
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::task::Poll;

use crate::error::{Panicked, Throw};
use crate::report;

/// What a callback of the loop may return: `()`, or a `Result<(), E>` whose error can be thrown.
///
/// `M` is the kind of error, found by inference. In a closure that fails by `?` only nothing says what `E` is: write it, `|| -> gen::Result { .. }`.
#[diagnostic::on_unimplemented(
    message = "a callback cannot return `{Self}`",
    label = "returns `{Self}`",
    note = "a callback returns `()`, or a `Result<(), E>` with an error that can be thrown"
)]
pub trait CallbackOutput<M = ()> {
    /// The failure, if it is one.
    #[doc(hidden)]
    fn into_result(self) -> crate::Result;
}

impl CallbackOutput for () {
    fn into_result(self) -> crate::Result {
        Ok(())
    }
}

impl<E: Throw<M>, M> CallbackOutput<M> for Result<(), E> {
    fn into_result(self) -> crate::Result {
        self.map_err(Throw::throw)
    }
}

/// The output of a future, or its panic.
pub(crate) async fn catch_panic<F: Future>(future: F) -> crate::Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(payload) => Poll::Ready(Err(Panicked::new(payload).into())),
    })
    .await
}

/// Runs code of a user that nobody waits for: a panic in it is logged and ends there.
pub(crate) fn contain(what: &str, run: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
        report::error(format_args!("{what} panicked: {}", panic_message(&*payload)));
        // A payload whose own drop panics is left alone: nothing more can be done about it.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "(its payload is no text)"
    }
}
