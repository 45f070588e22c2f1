use gen::yield_;

#[gen::coroutine]
fn body() -> impl gen::Coroutine<Output = gen::Result<u32>> {
//~^ gen: `Result<{integer}, gen::Error>` is not a coroutine
//~| note: a call of a function with `#[gen::coroutine]` returns a coroutine: after `->` the function declares the type of its result, not `impl Coroutine`
//~| note: a method of a trait has the attribute in the trait and in each `impl`, with the same options, and is not an `async fn`
    yield_!(gen::moment()).and(gen::Result::Ok(1))
}

fn main() {}
