//! The result of a yield: `Edge.arrived(awaited).at(function, position)`.
//!
//! It is a chain of methods, and not one call, because of the advice that rustc gives. For rustc an
//! expression reaches from its first token to its last. The attribute gives both tokens positions
//! in the user's source: [`Edge`] is at the start of the `yield_!`, and the last parentheses are at
//! its end. So where rustc advises a `?` after the yield, it quotes the user's source and not our
//! macro.

use std::hint::black_box;

use super::at::{moved_to, LineAndColumn};
use crate::error::Site;
use crate::{Error, Result};

/// The value that the expansion of a `yield_!` begins with.
#[derive(Debug, Clone, Copy)]
pub struct Edge;

impl Edge {
    /// Takes the output of the yield's future.
    #[inline(always)]
    pub fn arrived<T>(self, result: Result<T>) -> Arrived<T> {
        Arrived(result)
    }
}

/// The result of a yield, before the position of the yield is added to the trace of an error.
#[must_use = "the position of the yield is not yet in the trace"]
#[derive(Debug)]
pub struct Arrived<T>(Result<T>);

impl<T> Arrived<T> {
    /// Adds the position of the yield to the trace of its error.
    ///
    /// It runs after the `.await`, when the awaited future is dropped. In the poll of that future
    /// the compiler would have to keep more registers for the case of an error.
    #[inline(always)]
    pub fn at<F: Fn() -> Site>(self, function: F, position: LineAndColumn) -> Result<T> {
        match self.0 {
            Ok(value) => Ok(value),
            Err(error) => Err(passed(error, function, position)),
        }
    }
}

/// The `black_box` hides from the compiler that the function returns its argument. Otherwise the
/// compiler would keep the pointer in a register, which all other paths of the machine would have
/// to save.
#[cold]
#[inline(never)]
fn passed<F: Fn() -> Site>(error: Error, function: F, position: LineAndColumn) -> Error {
    let site = moved_to(function(), position);
    #[cfg(feature = "metrics")]
    crate::inject::in_flight::failed(&site);
    black_box(error.passed(site))
}
