//@ rustc: the option `send` does not box; `boxed` does, and its coroutine is `Send` if the body is

use gen::yield_;

#[gen::coroutine(send)]
fn countdown(n: u32) -> gen::Result<u32> {
//~^ rustc: recursion in an async block requires boxing
    if n == 0 {
        return Ok(0);
    }
    yield_!(countdown(n - 1))
}

fn main() {}
