use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let coroutine = fetch();
    yield_!(&coroutine)
    //~^ gen: a future behind `&`, `Rc` or `Arc` cannot be yielded: to poll it changes it
    //~| note: yield the future itself; several tasks can wait for a `gen::SharedFuture`
}

fn main() {}
