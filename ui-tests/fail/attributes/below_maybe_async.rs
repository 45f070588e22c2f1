use gen::yield_;

#[maybe_async::maybe_async]
#[gen::coroutine]
async fn fetch() -> gen::Result<u32> {
//~^ gen: an `async fn` cannot be a coroutine as well: the attribute makes the future itself
//~| help: remove `async`; `.await` may stand in a coroutine too
    yield_!(std::future::ready(1))
}

fn main() {
    let _ = fetch();
}
