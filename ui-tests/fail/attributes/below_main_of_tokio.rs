use gen::yield_;

#[tokio::main(flavor = "current_thread")]
#[gen::coroutine]
async fn main() -> gen::Result {
//~^ gen: `#[gen::coroutine]` stands below the attribute that runs the function, which has made a plain function of it
//~| help: write `#[gen::coroutine]` first, above it, and remove `async`
    yield_!(gen::moment())
}
