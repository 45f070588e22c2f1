use gen::yield_;

#[tokio::test]
#[gen::test]
async fn sleeps() -> gen::Result {
//~^ gen: `#[gen::test]` stands below the attribute that runs the function, which has already replaced the body
//~| help: remove that attribute, and write `#[gen::test(tokio)]` on a `fn` without `async`
    yield_!(gen::moment())
}

fn main() {}
