//! Attributes of other crates beside ours.

use std::future::ready;

use r#gen::yield_;

/// `instrument` below ours: the span is around the body.
#[tracing::instrument(skip(list), fields(len = list.len()))]
#[r#gen::coroutine]
pub fn instrumented_above(n: u32, list: &[u32]) -> u32 {
    let more = yield_!(ready(n)).unwrap_or(0);
    more + list.iter().sum::<u32>()
}

/// The same.
#[r#gen::coroutine]
#[tracing::instrument(level = "debug", ret)]
pub fn instrumented_below((a, _): (u32, u32)) -> u32 {
    yield_!(ready(a)).unwrap_or(0)
}

/// The same.
///
/// # Errors
///
/// The error of the yield.
#[r#gen::coroutine(boxed)]
#[tracing::instrument(err, ret)]
pub fn instrumented_and_boxed(n: u32) -> r#gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(instrumented_and_boxed(n - 1))? + 1)
}

/// The same.
#[tracing::instrument]
#[r#gen::coroutine]
pub fn instrumented_for_nothing() {
    drop(yield_!(ready(1)));
}

#[cfg(test)]
mod tests {
    use super::{ready, yield_};

    /// A function around the coroutine runs it.
    #[r#gen::coroutine]
    #[test]
    #[should_panic(expected = "at last")]
    fn runs() {
        let _: u32 = yield_!(ready(1)).unwrap_or(0);
        panic!("at last");
    }

    /// A test is a function too.
    #[r#gen::test]
    fn waits() -> r#gen::Result {
        yield_!(ready(1)).map(drop)
    }

    /// Its runtime may be another one.
    #[cfg(feature = "tokio")]
    #[r#gen::test(tokio, flavor = "multi_thread", worker_threads = 1)]
    fn waits_on_tokio() -> r#gen::Result {
        yield_!(ready(1)).map(drop)
    }

    /// Another flavor calls a function before the first poll.
    #[cfg(feature = "tokio")]
    #[r#gen::test(tokio)]
    fn waits_on_this_thread() -> r#gen::Result {
        yield_!(ready(1)).map(drop)
    }
}
