//! An error that has no caller, on its way to somebody who takes it.
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;

use super::current_context::{enter, CurrentContext};
use super::drops::Untold;
use super::error_context::ErrorContext;
use super::{current as current_loop, drops, Mail, Shared};
use crate::error::{CallbackOutput, Error, Panicked};
use crate::{report, Result};

pub(crate) struct UnhandledError {
    /// Who failed, for the log: "a callback".
    what: &'static str,
    error: Error,
    /// What the callback has dropped that failed: told after the error.
    untold: Untold,
}

impl UnhandledError {
    pub(crate) fn new(what: &'static str, error: Error) -> Self {
        UnhandledError { what, error, untold: Untold::default() }
    }

    /// Takes the failure apart to throw the error; what nobody took is a [new](Self::new) one.
    pub(crate) fn into_parts(self) -> ((&'static str, Untold), Error) {
        ((self.what, self.untold), self.error)
    }

    /// For somebody who takes it.
    pub(crate) fn into_error(self) -> Error {
        self.error
    }

    /// Brings it to the node or one outside of it, from any thread.
    pub(crate) fn deliver(self, node: Option<Arc<ErrorContext>>) {
        match current_loop::get() {
            Some(core) => core.throw(node, self),
            None => self.send_outward(node),
        }
    }

    /// From a thread on which no loop runs: the first loop that lives goes on with it.
    fn send_outward(mut self, mut node: Option<Arc<ErrorContext>>) {
        while let Some(inner) = node {
            match inner.send(self) {
                Ok(()) => return,
                Err(refused) => self = refused,
            }
            node = inner.outer();
        }
        self.report();
    }

    /// Brings it to a loop: to that node of it, or to its handler.
    pub(crate) fn send(self, home: &Shared, node: Option<Arc<ErrorContext>>) {
        if let Err(Mail::Throw(_, failure)) = home.send(Mail::Throw(node, self)) {
            failure.report();
        }
    }

    /// The last resort.
    pub(crate) fn report(&self) {
        let UnhandledError { what, error, .. } = self;
        match error.downcast_ref::<Panicked>() {
            Some(panicked) => report::error(format_args!("{what} {panicked}")),
            None => report::failure(format_args!("{what} failed"), error),
        }
    }
}

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
        UnhandledError { what, error, untold }
    })
}

/// Runs a callback in the context that it was scheduled in; its failure goes there.
pub(crate) fn run_in<F, R, M>(node: Option<Arc<ErrorContext>>, what: &'static str, callback: F)
where
    F: FnOnce() -> R,
    R: CallbackOutput<M>,
{
    if let Err(failure) = call(what, node.clone(), || callback().into_result()) {
        failure.deliver(node);
    }
}
