use gen::yield_;

#[gen::coroutine]
fn value(n: u32) -> gen::Result<u32> {
//~^ rustc: mismatched types
    yield_!(std::future::ready(n));
}

fn main() {
    let _ = gen::run_sync(value(1));
}
