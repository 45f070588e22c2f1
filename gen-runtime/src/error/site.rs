//! Source positions.

use std::fmt;

/// The source position of a yield, or of a coroutine function.
///
/// It prints as `src/fetch.rs:31:17 in fetch_page`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("Location", "position"))]
pub struct Site {
    file: &'static str,
    line: u32,
    column: u32,
    function: &'static str,
}

impl Site {
    /// The file, as `file!()` returns it.
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

    /// The name of the function that contains the position, without its path.
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
    /// The position of a coroutine function. The attribute emits this call.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(function: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Site { file, line, column, function }
    }

    /// Another position in the same function.
    pub(crate) fn at(self, line: u32, column: u32) -> Self {
        Site { line, column, ..self }
    }
}
