//! T10: coroutines in a crate of edition 2024, where `gen` is a keyword.

use std::future::ready;

use r#gen::yield_;

/// A type whose methods borrow from it.
pub struct Page<'p> {
    /// The borrowed text.
    pub text: &'p str,
}

impl<'p> Page<'p> {
    /// Captures an elided lifetime.
    #[r#gen::coroutine]
    pub fn first_word(&self, fallback: &'p str) -> &'p str {
        let text = yield_!(ready(self.text)).unwrap_or(fallback);
        text.split(' ').next().unwrap_or(fallback)
    }
}

/// Captures an anonymous type parameter and two lifetimes.
#[r#gen::coroutine]
pub fn describe(page: &Page<'_>, count: &mut u32, shown: impl std::fmt::Display) -> r#gen::Result<String> {
    *count += yield_!(ready(1))?;
    let (a, b) = yield_!((ready(page.text.len()), async { Ok::<_, std::fmt::Error>(2) }))?;
    Ok(format!("{}{}{}", a + b, shown, yield_!(ready(*count))?))
}

/// Recursive.
#[r#gen::coroutine(boxed, send)]
pub fn recursive(n: u32) -> r#gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(recursive(n - 1))? + 1)
}

/// A trait whose coroutine is erased.
pub trait Erased {
    /// A method that a trait object has.
    #[r#gen::coroutine(dyn)]
    fn erased(&self, text: &str) -> usize;
}

impl Erased for Page<'_> {
    #[r#gen::coroutine(dyn)]
    fn erased(&self, text: &str) -> usize {
        yield_!(ready(self.text.len() + text.len())).unwrap_or(0)
    }
}

/// Returns `!`.
#[r#gen::coroutine]
pub fn never() -> ! {
    panic!("the end")
}

/// Uses what is new in this edition: a chain of `let`s, and `async` closures.
#[r#gen::coroutine]
pub fn let_chains(n: Option<u32>) -> r#gen::Result<u32> {
    let twice = async |n: u32| yield_!(ready(n * 2));
    if let Some(n) = n
        && let Ok(m) = yield_!(ready(n))
        && m > yield_!(ready(1))?
    {
        return twice(m).await;
    }
    Ok(0)
}

/// Yields points in the body, and in nested blocks and closures whose last expression is a yield.
#[r#gen::coroutine]
pub fn points(n: u32) -> r#gen::Result<u32> {
    yield_!(r#gen::Callback::<u32>::new("key"))?.call(n);
    let twice = async |key: &'static str| {
        yield_!(r#gen::Callback::<u32>::new(key))?.call(2 * n);
        yield_!(r#gen::Wait::<u32>::new(key))
    };
    let (twice, task) = (twice("key").await?, r#gen::from_callback(|done| done.call(n)));
    let (waited, called) = yield_!((r#gen::Wait::<u32>::new("key"), task))?;
    Ok(100 * twice + 10 * waited + called)
}

/// Returns errors by macros.
#[r#gen::coroutine]
pub fn bails(n: u32) -> r#gen::Result<u32> {
    r#gen::ensure!(n > 0);
    r#gen::ensure!(yield_!(ready(n))? > 1, "{n} is too small");
    match n {
        2 => r#gen::bail!(std::fmt::Error),
        n => r#gen::bail!("{} is too big", n),
    }
}

/// An engine.
#[r#gen::engine]
pub fn engine(done: r#gen::Resolve<u32>) -> r#gen::Result {
    yield_!(r#gen::Callback::<u32>::new("key"))?.call(7);
    done.call(yield_!(r#gen::Wait::<u32>::new("key"))?);
    Ok(())
}
