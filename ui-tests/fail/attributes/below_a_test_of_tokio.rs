use gen::yield_;

#[tokio::test]
#[gen::coroutine]
async fn sleeps() -> gen::Result {
//~^ gen: `#[gen::coroutine]` stands below the attribute that runs the function, which has already replaced the body
//~| help: write `#[gen::coroutine]` above that attribute, on a `fn` without `async`
    yield_!(gen::moment())
}

fn main() {}
