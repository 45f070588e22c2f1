//! Yields wherever they may stand in a body. Most functions are private, so that rustc would report
//! unused code.

use std::collections::HashMap;
use std::future::ready;

use r#gen::{bail, ensure, yield_};

#[r#gen::coroutine]
fn in_macros(n: u32) -> r#gen::Result<String> {
    let mut list = vec![yield_!(ready(n))?, yield_!(ready(n))?];
    list.push(n);
    assert_eq!(list.len(), 3, "{}", yield_!(ready(n))?);
    let text = format!("{} {}", yield_!(ready(n))?, yield_!(ready(yield_!(ready(n))?))?);
    Ok(text)
}

#[r#gen::coroutine]
fn parallel(n: u32) -> r#gen::Result<u32> {
    let (a, b) = yield_!((ready(n), ready(Ok::<u32, std::fmt::Error>(n))))?;
    let list = yield_!((0..n).map(ready).collect::<Vec<_>>())?;
    let map = yield_!(HashMap::from([("a", ready(n))]))?;
    Ok(a + b + list.iter().sum::<u32>() + map["a"])
}

#[r#gen::coroutine]
fn blocks() -> r#gen::Result<u32> {
    let block = async { yield_!(ready(1)) };
    let moved = async move { yield_!(ready(1)) };
    Ok(block.await? + moved.await?)
}

#[r#gen::coroutine]
fn matched(n: u32) -> r#gen::Result<u32> {
    let Some(value) = yield_!(ready(Some(n)))? else { return Ok(0) };
    match yield_!(ready(value)) {
        Err(error) if error.is::<std::fmt::Error>() => Ok(0),
        other => other,
    }
}

#[r#gen::coroutine]
fn bails(n: u32) -> r#gen::Result<u32> {
    ensure!(n != 0);
    ensure!(!(n > 9 && n != 11), "{n} is too big");
    ensure!(yield_!(ready(n))? != 2, std::fmt::Error);
    let half = if n % 2 == 0 { n / 2 } else { bail!("{} is odd", n) };
    match half {
        0 => bail!(std::fmt::Error),
        1 => bail!(format!("{n} is too small")),
        half => Ok(half),
    }
}

#[r#gen::coroutine]
fn bails_always(n: u32) -> r#gen::Result<u32> {
    if n > 1 {
        bail!("{n} is too big");
    }
    bail!("too small");
}

#[r#gen::coroutine]
fn statements(n: u32) -> r#gen::Result {
    yield_!(ready(()))?;
    if n > 1 {
        yield_!(ready(()))?;
    }
    for i in 0..yield_!(ready(n))? {
        if i == yield_!(ready(2))? {
            continue;
        }
        yield_!(ready(()))?;
    }
    drop(yield_!(ready(n)));
    Ok(())
}

#[r#gen::coroutine]
fn nested() -> r#gen::Result<u32> {
    #[r#gen::coroutine]
    fn inner(n: u32) -> r#gen::Result<u32> {
        yield_!(ready(n))
    }
    yield_!(inner(1))
}

#[r#gen::co]
fn last_statement_without_value(n: &mut u32) {
    *n += yield_!(ready(1)).unwrap_or(0);
}

/// Starts all of them.
///
/// # Errors
///
/// Never.
#[r#gen::coroutine]
pub fn all() -> r#gen::Result<String> {
    let mut n = 1;
    yield_!(statements(n))?;
    yield_!(last_statement_without_value(&mut n))?;
    let sum = yield_!(parallel(n))?
        + yield_!(blocks())?
        + yield_!(matched(n))?
        + yield_!(bails(n))?
        + yield_!(bails_always(n))?
        + yield_!(nested())?
        + yield_!(points(n))?;
    yield_!(in_macros(sum))
}

#[r#gen::coroutine]
fn points(n: u32) -> r#gen::Result<u32> {
    yield_!(r#gen::Callback::<u32>::new("key"))?.call(n);
    let block = async {
        yield_!(r#gen::Callback::<u32>::new("key"))?.call(n);
        let value = yield_!(r#gen::Wait::<u32>::new("key"))?;
        Ok::<u32, r#gen::Error>(value)
    };
    let ends_with_a_point = async {
        yield_!(r#gen::Callback::<u32>::new("key"))?.call(n);
        yield_!(r#gen::Wait::<u32>::new("key"))
    };
    let is_a_point = async { yield_!(r#gen::Callback::<u32>::new("never called")).map(drop) };
    let closure = async |key: &'static str| yield_!(r#gen::Callback::<u32>::new(key)).map(drop);
    let braces = async |key: &'static str| -> r#gen::Result {
        yield_!(r#gen::Callback::<u32>::new(key))?.call(n);
        yield_!(r#gen::Wait::<u32>::new(key)).map(drop)
    };
    is_a_point.await?;
    closure("never called").await?;
    braces("key").await?;
    let (one, other) = (yield_!(r#gen::Wait::<u32>::new("key"))?, block.await?);
    Ok(one + other + ends_with_a_point.await?)
}

/// Starts something that takes a callback.
///
/// # Errors
///
/// If the callback is not called.
#[r#gen::engine]
pub fn engine(done: r#gen::Resolve<u32>) -> r#gen::Result {
    yield_!(r#gen::Callback::<u32>::new("key"))?.call(7);
    done.call(yield_!(r#gen::Wait::<u32>::new("key"))?);
    yield_!(r#gen::from_callback(|done| done.call(())))
}
