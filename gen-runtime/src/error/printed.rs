//! Calls of a user's `Display` or `Debug` that may panic, where the panic must not spread: other
//! work is pending, or nothing would catch the panic.

use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};

use super::drop_payload;

/// Prints its arguments. If that panics or fails, it keeps the text printed so far, and adds a
/// remark.
pub(crate) struct Printed<'a>(pub(crate) fmt::Arguments<'a>);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match catch_unwind(AssertUnwindSafe(|| f.write_fmt(self.0))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fmt::Error)) => f.write_str("(it cannot be printed)"),
            Err(payload) => {
                drop_payload(payload);
                f.write_str("(it panicked as it was printed)")
            }
        }
    }
}

/// `arguments` as a text, by the rules of [`Printed`].
pub(crate) fn printed(arguments: fmt::Arguments<'_>) -> String {
    Printed(arguments).to_string()
}
