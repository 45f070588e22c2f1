//@ attribute: the attribute is the mistake

use gen::yield_;

#[gen::main]
#[tokio::main(flavor = "current_thread")]
//~^ gen: this attribute requires an `async fn`, and the function does not return a future
//~| help: write `#[gen::coroutine]` above it instead, which puts an `async fn` around the coroutine
fn main() -> gen::Result {
    yield_!(gen::moment())
}
