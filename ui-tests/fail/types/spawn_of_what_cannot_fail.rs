//@ rustc: `spawn` takes what can fail; `gen::ok(future)` makes that of any future

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(async { 1 }))
    //~^ rustc: type mismatch resolving `<[..] as IntoFuture>::Output == Result<_, _>`
}

fn main() {}
