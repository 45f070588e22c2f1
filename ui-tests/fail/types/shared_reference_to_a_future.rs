use gen::yield_;

async fn number() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let future = number();
    yield_!(&future)
    //~^ gen: a future behind `&`, `Rc` or `Arc` cannot be yielded: to poll it changes it
    //~| note: yield the future itself; several tasks can wait for a `gen::SharedFuture`
}

fn main() {}
