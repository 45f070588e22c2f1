//! A framework that re-exports the runtime.

pub use gen as engine;

/// A coroutine that a macro of the framework emits.
#[macro_export]
macro_rules! make {
    ($name:ident) => {
        #[$crate::engine::coroutine(crate = $crate::engine)]
        fn $name(n: u32) -> u32 {
            $crate::engine::yield_!(::std::future::ready(n)).unwrap_or(0)
        }
    };
}
