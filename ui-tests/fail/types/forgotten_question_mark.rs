//@ rustc: rustc suggests `.expect(..)`; write `?`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let number: u32 = yield_!(std::future::ready(1));
    //~^ rustc: mismatched types
    drop(number);
    Ok(())
}

fn main() {}
