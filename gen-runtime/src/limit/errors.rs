//! The errors of [`limit`](crate::limit()).

use std::error::Error;
use std::fmt;

/// [`limit`](crate::limit()) was called with 0 children at a time, so it would never end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZeroLimitError;

impl fmt::Display for ZeroLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a limit of 0 lets no child run")
    }
}

impl Error for ZeroLimitError {}
