use gen::yield_;

#[maybe_async::maybe_async]
#[gen::coroutine]
async fn fetch() -> gen::Result<u32> {
//~^ gen: an `async fn` cannot also be a coroutine: the attribute makes the future itself
//~| help: remove `async`; a coroutine may use `.await` too
    yield_!(std::future::ready(1))
}

fn main() {
    let _ = fetch();
}
