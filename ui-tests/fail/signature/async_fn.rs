use gen::yield_;

#[gen::coroutine]
async fn twice(n: u32) -> gen::Result<u32> {
//~^ gen: an `async fn` cannot be a coroutine as well: the attribute makes the future itself
//~| help: remove `async`; `.await` may stand in a coroutine too
    yield_!(std::future::ready(n))
}

fn main() {
    let _ = gen::run_sync(twice(1));
}
