use gen::yield_;

#[tokio::test]
#[gen::coroutine]
async fn sleeps() -> gen::Result {
//~^ gen: `#[gen::coroutine]` stands below the attribute that runs the function, which has made a plain function of it
//~| help: write `#[gen::coroutine]` first, above it, and remove `async`
    yield_!(gen::moment())
}

fn main() {}
