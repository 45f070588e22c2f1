//! Coroutines with outputs of all kinds.

use std::fmt::Display;
use std::future::ready;

use r#gen::yield_;

/// Returns `()`, and returns early.
#[r#gen::coroutine]
pub fn unit(early: bool) {
    if early {
        return;
    }
    let _: u32 = yield_!(ready(1)).unwrap_or(0);
}

/// Never returns.
#[r#gen::coroutine]
pub fn never() -> ! {
    loop {
        let _: u32 = yield_!(ready(1)).unwrap_or(0);
    }
}

/// A loop is the whole body.
#[r#gen::coroutine]
pub fn loops(end: u32) -> u32 {
    let mut n = 0;
    loop {
        n += yield_!(ready(1)).unwrap_or(1);
        if n > end {
            return n;
        }
    }
}

/// # Panics
///
/// Always.
#[r#gen::coroutine]
pub fn panics() -> u32 {
    panic!("always")
}

/// Returns an opaque type.
#[r#gen::coroutine]
pub fn opaque(n: u32) -> impl Display + Send {
    n
}

/// Returns a `Result` of an opaque type.
///
/// # Errors
///
/// The error of the yield.
#[r#gen::coroutine]
pub fn opaque_within(n: u32) -> r#gen::Result<impl Iterator<Item = u32> + Send> {
    let n = yield_!(ready(n))?;
    Ok(0..n)
}

/// Returns a type that clippy almost finds too complex.
#[r#gen::coroutine]
pub fn complex(n: u32) -> Option<Box<dyn Fn(u32) -> Result<u32, String> + Send + Sync>> {
    Some(Box::new(move |m| if m > n { Ok(m) } else { Err(String::from("small")) }))
}

/// The body is a `match` on one line.
#[r#gen::coroutine]
pub fn matches(n: Option<u32>) -> u32 {
    match n {
        Some(n) => yield_!(ready(n)).unwrap_or(0),
        None => 0,
    }
}

/// Returns a text.
#[r#gen::coroutine]
pub fn conditional(n: u32) -> &'static str {
    if yield_!(ready(n)).unwrap_or(0) > 1 {
        "many"
    } else {
        "few"
    }
}

/// Returns a `Result` type of the user's own.
///
/// # Errors
///
/// Never.
#[r#gen::coroutine]
pub fn own_error(n: u32) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    let parsed: u32 = "1".parse()?;
    Ok(parsed + yield_!(ready(n))?)
}

/// An engine that yields values of both kinds.
///
/// # Errors
///
/// The errors before its first suspension.
#[r#gen::engine]
pub fn started(names: Vec<String>) -> r#gen::Result {
    for name in names {
        drop(yield_!(gen::maybe_future!(name))?);
    }
    yield_!(gen::convert_yielded!(ready(())))?;
    Ok(())
}

/// An engine that cannot fail and does not yield.
///
/// # Errors
///
/// If no loop runs.
#[r#gen::engine]
pub fn started_and_done(mut name: String) {
    name.push('!');
    drop(name);
}

/// Returns a value that a called function may give by a `gen::Return`.
///
/// # Errors
///
/// Never.
#[r#gen::coroutine(returns, send)]
pub fn returned(n: u32) -> r#gen::Result<u32> {
    if n == 0 {
        return Err(gen::Return(n));
    }
    yield_!(ready(n + 1)).map(|n| n + 1)
}

/// Returns a future.
#[r#gen::coroutine]
pub fn gives_a_future() -> std::future::Ready<u32> {
    ready(yield_!(ready(1)).unwrap_or(0))
}

/// Returns a future whose type has another name.
pub type AnotherName = std::future::Ready<u32>;

/// The same.
#[r#gen::coroutine]
pub fn gives_a_future_by_another_name() -> AnotherName {
    ready(1)
}

/// To be used.
#[must_use]
#[r#gen::coroutine]
pub fn to_be_used_above() -> u32 {
    1
}

/// To be used.
#[r#gen::coroutine(boxed)]
#[must_use]
pub fn to_be_used_below() -> u32 {
    1
}

/// To be used.
#[r#gen::coroutine(dyn)]
#[must_use]
pub fn to_be_used_and_erased() -> u32 {
    1
}
