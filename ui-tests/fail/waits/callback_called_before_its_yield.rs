use gen::{yield_, Callback, Wait};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Callback::<u32>::new("key").call(3);
    //~^ gen: a `Callback` is yielded first: what the yield gives is called
    //~| note: register it, and call what that gives: `let done = yield_!(Callback::new(key))?; done.call(value)`
    yield_!(Wait::<u32>::new("key"))
}

fn main() {}
