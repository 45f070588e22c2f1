//! T10: coroutines in a crate of edition 2018, where closures capture whole variables and `impl Trait` does not
//! capture lifetimes by itself.

#![deny(tail_expr_drop_order)]

use std::future::ready;

use gen::yield_;

/// All that an edition could change about an attribute's output.
pub struct Page<'p> {
    /// Borrowed.
    pub text: &'p str,
}

impl<'p> Page<'p> {
    /// Captures an elided lifetime.
    #[gen::coroutine]
    pub fn first_word(&self, fallback: &'p str) -> &'p str {
        let text = yield_!(ready(self.text)).unwrap_or(fallback);
        text.split(' ').next().unwrap_or(fallback)
    }
}

/// Captures an anonymous type parameter and two lifetimes.
#[gen::coroutine]
pub fn describe(page: &Page<'_>, count: &mut u32, shown: impl std::fmt::Display) -> gen::Result<String> {
    *count += yield_!(ready(1))?;
    let (a, b) = yield_!((ready(page.text.len()), async { Ok::<_, std::fmt::Error>(2) }))?;
    Ok(format!("{}{}{}", a + b, shown, yield_!(ready(*count))?))
}

/// Recursive.
#[gen::coroutine(boxed, send)]
pub fn recursive(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(recursive(n - 1))? + 1)
}

/// Erased.
pub trait Erased {
    /// A method of an object.
    #[gen::coroutine(dyn)]
    fn erased(&self, text: &str) -> usize;
}

impl Erased for Page<'_> {
    #[gen::coroutine(dyn)]
    fn erased(&self, text: &str) -> usize {
        yield_!(ready(self.text.len() + text.len())).unwrap_or(0)
    }
}

/// Never ends well.
#[gen::coroutine]
pub fn never() -> ! {
    panic!("the end")
}

/// Yield points, in the body and in nested blocks that end with one.
#[gen::coroutine]
pub fn points(n: u32) -> gen::Result<u32> {
    yield_!(gen::Callback::<u32>::new("key"))?.call(n);
    let block = async {
        yield_!(gen::Callback::<u32>::new("key"))?.call(2 * n);
        yield_!(gen::Wait::<u32>::new("key"))
    };
    let (twice, task) = (block.await?, gen::task(|done| done.call(n)));
    let (waited, called) = yield_!((gen::Wait::<u32>::new("key"), task))?;
    Ok(100 * twice + 10 * waited + called)
}

/// Started by its call.
#[gen::engine]
pub fn engine(done: gen::TaskCallback<u32>) -> gen::Result {
    yield_!(gen::Callback::<u32>::new("key"))?.call(7);
    done.call(yield_!(gen::Wait::<u32>::new("key"))?);
    Ok(())
}
