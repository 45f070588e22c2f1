use gen::yield_;

#[gen::coroutine]
fn body() -> impl gen::Coroutine<Output = gen::Result<u32>> {
//~^ gen: `Result<{integer}, gen::Error>` is no coroutine
//~| note: what a function with `#[gen::coroutine]` returns is one; its own `-> ..` says what that resolves to, not `impl Coroutine`
//~| note: a method of a trait has the attribute there and in each `impl`, with the same options, and is no `async fn`
    yield_!(gen::moment()).and(gen::Result::Ok(1))
}

fn main() {}
