//@ attribute: the attribute is the mistake

use gen::yield_;

#[gen::main]
#[tokio::main(flavor = "current_thread")]
//~^ gen: this attribute requires an `async fn`, and the function does not return a future
//~| help: remove it; for a `main` on tokio write `#[gen::main(tokio)]`
fn main() -> gen::Result {
    yield_!(gen::moment())
}
