use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<usize> {
    yield_!(std::future::ready("text"))?.len()
    //~^ rustc: mismatched types
}

fn main() {}
