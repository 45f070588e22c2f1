//@ rustc: rustc drops the code that it cannot parse, so it also reports an unused import

use gen::yield_;

#[gen::coroutine]
fn broken(n: u32) -> gen::Result<u32> {
    let m = ;
    //~^ rustc: expected expression, found `;`
    yield_!(std::future::ready(n))
}

fn main() {
    let _ = gen::run_sync(broken(1));
}
