//! What a user's `Display` or `Debug` prints, where a panic of it must not get any further: other work is
//! pending there, or there is nobody to catch it.

use std::fmt;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Prints its arguments; if that panics or fails, what was printed before stays, with a remark.
pub(crate) struct Printed<'a>(pub(crate) fmt::Arguments<'a>);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match catch_unwind(AssertUnwindSafe(|| f.write_fmt(self.0))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fmt::Error)) => f.write_str("(it cannot be printed)"),
            Err(payload) => {
                // A payload whose own drop panics is left alone.
                let _ = catch_unwind(AssertUnwindSafe(|| drop(payload))).map_err(mem::forget);
                f.write_str("(it panicked as it was printed)")
            }
        }
    }
}

/// The text that `arguments` print.
pub(crate) fn printed(arguments: fmt::Arguments<'_>) -> String {
    Printed(arguments).to_string()
}
