use std::future::ready;
use std::time::Duration;

async fn body() -> gen::Result {
    gen::with_timeout(Duration::from_secs(1), ready(gen::Result::Ok(1))).await?;
    //~^ gen: `WithTimeout<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
