//@ rustc: a step takes a closure, which does not run in a replay: `step("pay", || async { .. })`

use gen::yield_;
use gen_durable::step;

#[gen::coroutine]
fn pay() -> gen::Result<u32> {
    yield_!(step("pay", async { Ok(7) }))
    //~^ rustc: expected a `FnOnce()` closure, found `{async block@[..]}`
}

fn main() {}
