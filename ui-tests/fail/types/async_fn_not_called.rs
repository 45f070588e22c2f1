use gen::yield_;

async fn fetch(_: u8, _: &str, _: String, _: [u8; 2], _: bool) -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(fetch)
    //~^ gen: a function cannot be yielded, only its result
    //~| note: call it: `yield_!(function(..))`
}

fn main() {}
