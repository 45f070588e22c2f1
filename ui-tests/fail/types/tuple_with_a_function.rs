use gen::yield_;

async fn fetch() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<(u32, u32)> {
    yield_!((fetch(), fetch))
    //~^ gen: a function cannot be yielded, only its result
    //~| note: call it: `yield_!(function(..))`
}

fn main() {}
