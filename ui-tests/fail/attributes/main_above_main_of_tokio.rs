//@ attribute: the attribute is the mistake

use gen::yield_;

#[gen::main]
#[tokio::main(flavor = "current_thread")]
//~^ gen: this attribute wants an `async fn`, and the function is no longer one that can be awaited
//~| help: write `#[gen::coroutine]` above it, which makes an `async fn` around the coroutine
fn main() -> gen::Result {
    yield_!(gen::moment())
}
