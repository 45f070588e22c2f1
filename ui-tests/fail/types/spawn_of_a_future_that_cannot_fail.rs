use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(async { 1 }))
    //~^ gen: `[..]` is not a future of a `Result`
    //~| note: for a future that cannot fail, write `gen::ok(future)`; `gen::block_on` runs any future
}

fn main() {}
