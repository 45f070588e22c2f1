use gen::yield_;

#[tokio::main(flavor = "current_thread")]
#[gen::main]
async fn main() -> gen::Result {
//~^ gen: `#[gen::main]` stands below the attribute that runs the function, which has already replaced the body
//~| help: remove that attribute, and write `#[gen::main(tokio)]` on a `fn` without `async`
    yield_!(gen::moment())
}
