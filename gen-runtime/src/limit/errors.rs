//! The errors of [`limit`](crate::limit()).

use crate::error::unit_error;

unit_error! {
    /// [`limit`](crate::limit()) was called with the limit 0, under which no child could run.
    pub ZeroLimitError: "with a limit of 0, no child can run"
}
