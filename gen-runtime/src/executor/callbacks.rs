//! Calling a callback in the context that it was scheduled in.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use super::current_context::{enter, CurrentContext};
use super::drops;
use super::error_context::ErrorContext;
use super::route::deliver_error;
use super::unhandled_error::UnhandledError;
use crate::error::{CallbackOutput, Panicked};
use crate::Result;

/// Calls a user's callback in a context; a panic is its failure.
pub(crate) fn call<T>(
    what: &'static str,
    node: Option<Arc<ErrorContext>>,
    callback: impl FnOnce() -> Result<T>,
) -> std::result::Result<T, UnhandledError> {
    let _entered = enter(CurrentContext::Captured(node));
    let (result, untold) = drops::during(|| {
        catch_unwind(AssertUnwindSafe(callback)).unwrap_or_else(|payload| Err(Panicked::new(payload).into()))
    });
    result.map_err(|error| {
        untold.blame();
        UnhandledError::of_callback(what, error, untold)
    })
}

/// Runs a callback in the context that it was scheduled in; its failure goes there.
pub(crate) fn run_in<F, R, M>(node: Option<Arc<ErrorContext>>, what: &'static str, callback: F)
where
    F: FnOnce() -> R,
    R: CallbackOutput<M>,
{
    if let Err(failure) = call(what, node.clone(), || callback().into_result()) {
        deliver_error(failure, node);
    }
}
