//@ several: both arguments are in the wrong place
//@ rustc: the deadline, which comes first, must be `Into<gen::Deadline>`

use std::future::ready;
use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::with_timeout(ready(1), Duration::from_secs(1)))
    //~^ gen: `Duration` cannot be yielded, so `gen::with_timeout`, `gen::shield` and `gen::raw` cannot wait for it
    //~| note: the argument must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
    //~^^^^ rustc: the trait bound `gen::Deadline: From<std::future::Ready<{integer}>>` is not satisfied
}

fn main() {}
