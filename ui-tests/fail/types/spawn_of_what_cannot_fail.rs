use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(async { 1 }))
    //~^ gen: a future of a `Result` is wanted here, and `[..]` is none
    //~| note: a future that cannot fail becomes one by `gen::ok(future)`; only `gen::block_on` runs any
}

fn main() {}
