//! T9: a crate whose tests depend on the runtime. The crate itself does not, so there the path of
//! the attribute counts.

use std::future::ready;

use macro_reexport::engine::{self as g, yield_};

/// The library of the crate has only the framework.
#[macro_reexport::engine::coroutine]
pub fn by_path(n: u32) -> g::Result<u32> {
    yield_!(ready(n))
}

/// So it is in the unit tests of the crate, which have both.
#[cfg(test)]
mod tests {
    use super::{g, yield_};

    #[g::test]
    fn by_the_path_of_the_framework() -> g::Result {
        assert_eq!(yield_!(super::by_path(1))?, 1);
        Ok(())
    }

    #[r#gen::test]
    fn by_the_name_of_the_library() -> r#gen::Result {
        assert_eq!(yield_!(super::by_path(2))?, 2);
        Ok(())
    }
}
