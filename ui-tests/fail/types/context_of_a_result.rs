//@ rustc: rustc suggests `?`, but `context` is a method of the error: write `yield_!(..).map_err(|error| error.context(..))?`

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    let page = yield_!(async { 1 }).context("the first page")?;
    //~^ rustc: no method named `context` found for enum `Result<T, E>` in the current scope
    Ok(page)
}

fn main() {}
