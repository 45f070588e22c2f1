#[gen::main]
async fn main() {}
//~^ gen: an `async fn` cannot also be a coroutine: the attribute makes the future itself
//~| help: remove `async`; a coroutine may use `.await` too
