//! T9: coroutines in a crate that depends on a framework, and not on the runtime. The library is
//! where the attribute is.

use std::future::ready;

use macro_reexport::engine::{self as g, yield_};

/// The path of the attribute is that of the library.
#[macro_reexport::engine::coroutine]
pub fn by_path(n: u32) -> g::Result<u32> {
    let block = async { yield_!(ready(n)) };
    Ok(yield_!((ready(1), ready(2)))?.1 + block.await?)
}

/// So it is if the path is an alias.
#[g::coroutine(boxed)]
pub fn by_alias(n: u32) -> g::Result<u32> {
    Ok(if n == 0 { 0 } else { yield_!(by_alias(n - 1))? + 1 })
}

/// And under a condition.
#[cfg_attr(not(any()), g::coroutine)]
pub fn under_a_condition(n: u32) -> g::Result<u32> {
    yield_!(ready(n))
}

/// Another attribute makes this one expand twice.
#[g::coroutine]
#[tracing::instrument]
pub fn instrumented(n: u32) -> g::Result<u32> {
    yield_!(ready(n))
}

/// Gives the path where the attribute has none.
pub mod imported {
    use macro_reexport::engine::co;

    /// An imported attribute does not say where it is. The same function without the option:
    ///
    /// ```compile_fail
    /// use macro_reexport::engine::{self as g, co, yield_};
    ///
    /// #[co]
    /// fn without_the_option(n: u32) -> g::Result<u32> {
    ///     yield_!(std::future::ready(n))
    /// }
    /// ```
    #[co(crate = macro_reexport::engine)]
    pub fn by_option(n: u32) -> super::g::Result<u32> {
        super::yield_!(super::ready(n))
    }
}
