//! The result of a yield: `Edge.arrived(awaited).at(function, place)`.
//!
//! This is a chain of methods, and not one call, because of the advice that rustc gives. For rustc an
//! expression reaches from its first token to its last, and the attribute gives both of them places in
//! the user's source: [`Edge`] is at the start of the `yield_!`, and the last parentheses are at its end.
//! So where rustc advises a `?` behind the yield, it quotes the user's source and not our macro.

use std::hint::black_box;

use super::at::{moved_to, LineAndColumn};
use crate::error::Site;
use crate::{Error, Result};

/// The value that the expansion of a `yield_!` begins with.
#[derive(Debug, Clone, Copy)]
pub struct Edge;

impl Edge {
    /// Takes what the future of the yield resolved to.
    #[inline(always)]
    pub fn arrived<T>(self, result: Result<T>) -> Arrived<T> {
        Arrived(result)
    }
}

/// The result of a yield, while its error does not know the yield.
#[must_use = "this is what `yield_!` resumes with"]
#[derive(Debug)]
pub struct Arrived<T>(Result<T>);

impl<T> Arrived<T> {
    /// Writes the position of the yield into the trace of its error.
    ///
    /// This happens behind the `.await`, when the awaited future is dropped. Within the poll the compiler
    /// would have to keep more registers for the case of an error.
    #[inline(always)]
    pub fn at<F: Fn() -> Site>(self, function: F, place: LineAndColumn) -> Result<T> {
        match self.0 {
            Ok(value) => Ok(value),
            Err(error) => Err(passed(error, function, place)),
        }
    }
}

/// The `black_box` hides that the returned pointer is the given one. If the compiler knew this, it would
/// keep the pointer in a register, and all other paths through the machine would have to save what that
/// register held.
#[cold]
#[inline(never)]
fn passed<F: Fn() -> Site>(error: Error, function: F, place: LineAndColumn) -> Error {
    black_box(error.passed(moved_to(function(), place)))
}
