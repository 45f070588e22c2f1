//! The errors of a scope.

use crate::error::unit_error;

unit_error! {
    /// The [scope](crate::scope()) of a child was dropped, or had ended before the child was
    /// spawned.
    pub ScopeEnded: "the scope of this child ended before the child did"
}
