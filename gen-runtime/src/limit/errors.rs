//! The errors of [`limit`](crate::limit()).

use crate::error::unit_error;

unit_error! {
    /// [`limit`](crate::limit()) was called with 0 children at a time, so it would never end.
    pub ZeroLimitError: "a limit of 0 lets no child run"
}
