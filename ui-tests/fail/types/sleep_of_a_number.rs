use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::sleep(5))
    //~^ rustc: mismatched types
}

fn main() {}
