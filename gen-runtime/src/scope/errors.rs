//! The errors of a scope.

use std::error::Error;
use std::fmt;

/// The [scope](crate::scope()) of a child was dropped, or had ended before the child was spawned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScopeEnded;

impl fmt::Display for ScopeEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scope of this child ended before the child did")
    }
}

impl Error for ScopeEnded {}
