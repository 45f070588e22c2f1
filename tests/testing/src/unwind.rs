//! A panic that unwinds a body, in place of the error that `explore` puts at a yield.

use std::panic::resume_unwind;

use gen::{Panicked, Result};

/// Gives the result of a yield, unless it is a panic: the body unwinds there, as if its own code
/// had panicked. Nothing is printed.
///
/// # Panics
///
/// If the error is [`Panicked`].
pub fn unwinding<T>(result: Result<T>) -> Result<T> {
    match result {
        Err(error) if error.is::<Panicked>() => resume_unwind(Box::new("a body panics")),
        result => result,
    }
}
