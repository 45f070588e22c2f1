//! Code of a user that nobody waits for: a panic in it is reported, and goes no further.

use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::error::text_of;
use crate::report;

/// Runs code of a user that nobody waits for: a panic in it is logged and ends there.
pub(crate) fn contain(what: &str, run: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
        report::error(format_args!(
            "{what} panicked: {}",
            text_of(&*payload).unwrap_or("(its payload is no text)")
        ));
        // A payload whose own drop panics is left alone: nothing more can be done about it.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
    }
}
