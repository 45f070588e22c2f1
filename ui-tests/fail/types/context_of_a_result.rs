//@ rustc: rustc also suggests a `?`, which is of no use; write `use gen::Context as _;`

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    let page = yield_!(async { 1 }).context("the first page")?;
    //~^ rustc: no method named `context` found for enum `Result<T, E>` in the current scope
    Ok(page)
}

fn main() {}
