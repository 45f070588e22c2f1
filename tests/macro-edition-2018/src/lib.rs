//! T10: coroutines in a crate of edition 2018. There a closure captures whole variables, and an
//! `impl Trait` captures only the lifetimes that it names.

#![deny(tail_expr_drop_order)]

use std::future::ready;

use gen::yield_;

/// A type whose methods borrow from it.
pub struct Page<'p> {
    /// The borrowed text.
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

/// A trait whose coroutine is erased.
pub trait Erased {
    /// A method that a trait object has.
    #[gen::coroutine(dyn)]
    fn erased(&self, text: &str) -> usize;
}

impl Erased for Page<'_> {
    #[gen::coroutine(dyn)]
    fn erased(&self, text: &str) -> usize {
        yield_!(ready(self.text.len() + text.len())).unwrap_or(0)
    }
}

/// Returns `!`.
#[gen::coroutine]
pub fn never() -> ! {
    panic!("the end")
}

/// Yields points in the body, and in nested blocks whose last expression is a yield.
#[gen::coroutine]
pub fn points(n: u32) -> gen::Result<u32> {
    yield_!(gen::Callback::<u32>::new("key"))?.call(n);
    let block = async {
        yield_!(gen::Callback::<u32>::new("key"))?.call(2 * n);
        yield_!(gen::Wait::<u32>::new("key"))
    };
    let (twice, task) = (block.await?, gen::from_callback(|done| done.call(n)));
    let (waited, called) = yield_!((gen::Wait::<u32>::new("key"), task))?;
    Ok(100 * twice + 10 * waited + called)
}

/// Returns errors by macros.
#[gen::coroutine]
pub fn bails(n: u32) -> gen::Result<u32> {
    gen::ensure!(n > 0);
    gen::ensure!(yield_!(ready(n))? > 1, "{n} is too small");
    match n {
        2 => gen::bail!(std::fmt::Error),
        n => gen::bail!("{} is too big", n),
    }
}

/// An engine.
#[gen::engine]
pub fn engine(done: gen::Resolve<u32>) -> gen::Result {
    yield_!(gen::Callback::<u32>::new("key"))?.call(7);
    done.call(yield_!(gen::Wait::<u32>::new("key"))?);
    Ok(())
}
