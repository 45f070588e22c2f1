//@ rustc: what it cannot parse it drops, so it warns of the import too

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
