//@ rustc: a yield is a `Result`; `yield_!(..).ok()?` turns it into an `Option`

use gen::yield_;

#[gen::coroutine]
fn option(n: u32) -> Option<u32> {
    let n = yield_!(std::future::ready(n))?;
    //~^ rustc: the `?` operator can only be used on `Option`s, not `Result`s, in an async block that returns `Option`
    Some(n)
}

fn main() {
    let _ = gen::block_on(option(1));
}
