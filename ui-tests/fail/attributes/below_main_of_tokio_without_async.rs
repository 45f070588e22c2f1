//@ several: tokio reports first that the function is not `async`

use gen::yield_;

#[tokio::main(flavor = "current_thread")]
#[gen::coroutine]
fn main() -> gen::Result {
//~^ rustc: the `async` keyword is missing from the function declaration
//~^^ gen: `#[gen::coroutine]` stands below the attribute that runs the function, which has already replaced the body
//~| help: write `#[gen::coroutine]` above that attribute, on a `fn` without `async`
    yield_!(gen::moment())
}
