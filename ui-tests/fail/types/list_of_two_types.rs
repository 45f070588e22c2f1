use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(vec![std::future::ready(1), async { 2 }])
    //~^ rustc: mismatched types
}

fn main() {}
