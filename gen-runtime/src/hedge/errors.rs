//! The error of a hedge without a try.

use crate::error::unit_error;

unit_error! {
    /// [`hedge`](fn@crate::hedge) was given 0 as the number of its tries, so none can succeed.
    pub ZeroTriesError: "`hedge` was given 0 tries, so none of them will succeed"
}
