//! Calls of callbacks, each in the context in which it was scheduled.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use super::current_context::{enter, CurrentContext};
use super::drops;
use super::error_context::ErrorContext;
use super::route::deliver_error;
use super::unhandled_error::UnhandledError;
use crate::bindings::Apart;
use crate::error::{CallbackOutput, Panicked};
use crate::Result;

/// Calls a callback of a user in a context. A panic becomes an error.
pub(crate) fn call<T>(
    subject: &'static str,
    context: Option<Arc<ErrorContext>>,
    callback: impl FnOnce() -> Result<T>,
) -> std::result::Result<T, UnhandledError> {
    let _entered = enter(CurrentContext::Captured(context));
    let _apart = Apart::new();
    let (result, drops) = drops::during(|| {
        catch_unwind(AssertUnwindSafe(callback)).unwrap_or_else(|payload| Err(Panicked::new(payload).into()))
    });
    result.map_err(|error| UnhandledError::with_drops(subject, error, drops))
}

/// Calls a callback in the context in which it was scheduled, and sends its error there.
pub(crate) fn run_in<F, R, M>(context: Option<Arc<ErrorContext>>, subject: &'static str, callback: F)
where
    F: FnOnce() -> R,
    R: CallbackOutput<M>,
{
    if let Err(error) = call(subject, context.clone(), || callback().into_result()) {
        deliver_error(error, context);
    }
}
