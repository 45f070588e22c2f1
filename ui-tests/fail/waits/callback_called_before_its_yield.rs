use gen::{yield_, Callback, Wait};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Callback::<u32>::new("key").call(3);
    //~^ gen: a `Callback` is not called itself: call the `Callable` that its yield gives
    //~| note: yield it to register its key: `let done = yield_!(Callback::new(key))?; done.call(value)`
    yield_!(Wait::<u32>::new("key"))
}

fn main() {}
