use gen::yield_;

#[gen::coroutine]
async fn twice(n: u32) -> gen::Result<u32> {
//~^ gen: an `async fn` cannot also be a coroutine: the attribute makes the future itself
//~| help: remove `async`; a coroutine may use `.await` too
    yield_!(std::future::ready(n))
}

fn main() {
    let _ = gen::run_sync(twice(1));
}
