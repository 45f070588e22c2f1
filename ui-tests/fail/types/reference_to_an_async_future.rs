use gen::yield_;

async fn number() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let mut future = number();
    yield_!(&mut future)
    //~^ gen: a reference to a future that is not `Unpin` cannot be yielded
    //~| note: yield the future itself; or pin it with `let mut future = std::pin::pin!(future);`, and write `yield_!(future.as_mut())`
}

fn main() {}
