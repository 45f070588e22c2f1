use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u8> {
    yield_!(gen::multi(ready(gen::Result::<u8>::Ok(1))).fail_fast())
    //~^ gen: `MultiFailFast<std::future::Ready<Result<u8, gen::Error>>>` cannot be yielded from a coroutine
    //~| note: a yieldable is a future, or a list, map or tuple (of up to twelve) of yieldables; a type of your own becomes one by implementing `IntoFuture`
    //~| note: a value that is there already needs no `yield_!`, and what is yielded no `.await`
    //~| note: a type parameter needs a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`
}

fn main() {}
