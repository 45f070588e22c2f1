#[gen::engine]
async fn engine() {}
//~^ gen: an `async fn` cannot be a coroutine as well: the attribute makes the future itself
//~| help: remove `async`; `.await` may stand in a coroutine too

fn main() {}
