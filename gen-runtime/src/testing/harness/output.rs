//! [`TestOutput`]: whether the output of a body is an `Err`.
//!
//! Any output is allowed that a test of the harness may return, so no trait can answer. The
//! attribute calls [`has_failed`](TestOutput::has_failed) where rustc knows the type. If it is a
//! `Result`, method lookup finds the function for it, and else dereferences, and finds the other.

use std::ops::Deref;

/// The output of a body.
#[derive(Debug)]
pub struct TestOutput<'a, T>(pub &'a T);

/// An output that is no `Result`.
#[derive(Debug)]
pub struct NoResult;

impl<T, E> TestOutput<'_, Result<T, E>> {
    /// Whether it is an `Err`.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.0.is_err()
    }
}

impl NoResult {
    /// Returns `false`.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        false
    }
}

impl<T> Deref for TestOutput<'_, T> {
    type Target = NoResult;

    fn deref(&self) -> &NoResult {
        &NoResult
    }
}
