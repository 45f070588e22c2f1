use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(std::future::ready(1)).await
    //~^ rustc: `Result<{integer}, gen::Error>` is not a future
}

fn main() {}
