#[gen::main]
async fn main() {}
//~^ gen: an `async fn` cannot be a coroutine as well: the attribute makes the future itself
//~| help: remove `async`; `.await` may stand in a coroutine too
