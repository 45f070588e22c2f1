use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let futures = vec![std::future::ready(1)];
    yield_!(&futures)?;
    //~^ gen: `&Vec<std::future::Ready<{integer}>>` cannot be yielded from a coroutine
    //~| note: a yieldable is a future, or a list, map or tuple of yieldables; a type of your own becomes one by implementing `IntoFuture`
    //~| note: a value that is there already needs no `yield_!`; `gen::maybe_future!(value)` makes a future of it
    //~| note: a type parameter needs a bound, and a parameter for the kind: `fn f<Y: gen::Yieldable<M>, M>(..)`
    Ok(())
}

fn main() {}
