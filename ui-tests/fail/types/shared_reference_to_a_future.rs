use gen::yield_;

async fn number() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let future = number();
    yield_!(&future)
    //~^ gen: a future that is only shared cannot be yielded: waiting for it changes it
    //~| note: yield the future itself; several can wait for a `gen::SharedFuture`
}

fn main() {}
