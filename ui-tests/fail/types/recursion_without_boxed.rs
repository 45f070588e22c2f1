//@ rustc: a macro cannot know which function a call names, and we cannot change the text of E0733: write `#[gen::coroutine(boxed)]`, or `Box::pin(..)` around the call

use gen::yield_;

#[gen::coroutine]
fn countdown(n: u32) -> gen::Result<u32> {
//~^ rustc: recursion in an async block requires boxing
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(countdown(n - 1))? + 1)
}

fn main() {
    let _ = gen::run_sync(countdown(1));
}
