//! Source positions.

use std::fmt;

/// The source position of a yield, or of a coroutine function.
///
/// It prints as `src/fetch.rs:31:17 in fetch_page`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Site {
    file: &'static str,
    line: u32,
    column: u32,
    function: &'static str,
}

impl Site {
    /// The file, as `file!()` gives it.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.column
    }

    /// The function that the position lies in, without its path.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.function
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{} in {}", self.file, self.line, self.column, self.function)
    }
}

impl Site {
    /// Where a coroutine function is, as the attribute writes it down.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(function: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Site { file, line, column, function }
    }

    /// Another place in the same function.
    pub(super) fn moved_to(self, place: Place) -> Self {
        let [line, column] =
            [place / COLUMNS, place % COLUMNS].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        Site { line, column, ..self }
    }
}

/// Line and column in one number: `31_00017` is line 31, column 17.
///
/// It is one since rustc compiles each number that stands in a type as if it were a function.
pub(super) type Place = u64;

/// How many columns a [`Place`] can tell.
const COLUMNS: Place = 100_000;

/// The position of a yield, known by its type; `F` tells the function that it is in.
///
/// It is no closure: one in the type of what a machine is suspended at takes rustc longer than it takes to find out what is yielded.
#[derive(Debug)]
pub struct At<F, const PLACE: Place>(pub F);

impl<F: Fn() -> Site, const PLACE: Place> At<F, PLACE> {
    #[inline(always)]
    pub(super) fn site(&self) -> Site {
        (self.0)().moved_to(PLACE)
    }
}

/// Where there is no yield: a future that is waited for as a child of a group. The yield of the group is somewhere.
#[derive(Debug)]
pub struct Nowhere;
