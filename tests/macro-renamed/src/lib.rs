//! T9: coroutines in a crate that calls the runtime `coroutines`, and in one that has only a
//! re-export of it.
#![deny(unused_qualifications, unused_imports, unused_crate_dependencies)]

/// A framework that re-exports the runtime.
pub mod framework {
    pub use coroutines as engine;
}

use std::future::ready;

// This is imported so that rustc would report a qualified path in what we emit, if it took that
// path for the user's.
use coroutines::{yield_, BoxCoroutine, Coroutine};

/// Names the runtime by the dependency's name.
#[coroutines::coroutine(crate = coroutines)]
pub fn by_name(n: u32) -> coroutines::Result<u32> {
    let twice = async { yield_!(ready(n)) };
    Ok(yield_!((ready(1), ready(2)))?.1 + twice.await?)
}

/// Names the runtime by an absolute path.
#[coroutines::co(crate = ::coroutines, boxed)]
pub fn by_absolute_path(n: u32) -> coroutines::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(by_absolute_path(n - 1))? + 1)
}

/// Names the runtime through a re-export.
#[framework::engine::coroutine(send, crate = crate::framework::engine)]
pub fn by_reexport() -> u32 {
    framework::engine::yield_!(ready(1)).unwrap_or(0)
}

/// A coroutine that is erased.
#[coroutines::coroutine(dyn, crate = coroutines)]
pub fn erased(text: &str) -> usize {
    yield_!(ready(text.len())).unwrap_or(0)
}

/// Returns `!`, and uses what is imported above.
#[coroutines::coroutine(crate = coroutines)]
pub fn never(other: impl Coroutine<Output = ()>, another: BoxCoroutine<'_, ()>) -> ! {
    other.await;
    another.await;
    panic!("the end")
}

/// An engine.
#[coroutines::engine(crate = coroutines)]
pub fn started() -> coroutines::Result {
    yield_!(coroutines::convert_yielded!(coroutines::maybe_future!(1)))?;
    Ok(())
}

/// Yields points, also in a nested block.
#[coroutines::coroutine(crate = coroutines)]
pub fn points(n: u32) -> coroutines::Result<u32> {
    yield_!(coroutines::Callback::<u32>::new("key"))?.call(n);
    let block = async {
        yield_!(coroutines::Callback::<u32>::new("key"))?.call(2 * n);
        yield_!(coroutines::Wait::<u32>::new("key"))
    };
    Ok(block.await? + yield_!(coroutines::Wait::<u32>::new("key"))?)
}

/// An engine that yields points, through a re-export.
#[framework::engine::engine(crate = crate::framework::engine)]
pub fn engine_with_points(done: coroutines::Resolve<u32>) -> coroutines::Result {
    yield_!(coroutines::Callback::<u32>::new("key"))?.call(7);
    done.call(framework::engine::yield_!(coroutines::Wait::<u32>::new("key"))?);
    Ok(())
}

/// Names the runtime nowhere: the attribute reads its name in the manifest.
#[coroutines::coroutine(boxed)]
pub fn found(n: u32) -> coroutines::Result<u32> {
    /// An item of the same name in the body is not taken for the runtime.
    mod coroutines {}
    let (one, _) = yield_!((ready(n), ready(2)))?;
    Ok(one + yield_!(async { ready(1).await })?)
}

/// Under an imported name the attribute has no path.
pub mod imported {
    use coroutines::{co, yield_};

    /// The name is in the manifest all the same.
    #[co]
    pub fn found(n: u32) -> coroutines::Result<u32> {
        yield_!(super::ready(n))
    }
}

/// An alias of the runtime.
pub mod alias {
    use coroutines as c;

    /// The path of the attribute is the alias.
    #[c::coroutine]
    pub fn found(n: u32) -> c::Result<u32> {
        c::yield_!(super::ready(n))
    }
}

/// A coroutine that a framework's macro emits.
#[macro_export]
macro_rules! make {
    ($name:ident) => {
        #[$crate::framework::engine::coroutine(crate = $crate::framework::engine)]
        fn $name(n: u32) -> u32 {
            $crate::framework::engine::yield_!(::std::future::ready(n)).unwrap_or(0)
        }
    };
}
