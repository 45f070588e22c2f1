use std::future::ready;
use std::time::Duration;

async fn body() -> gen::Result {
    gen::with_timeout(Duration::from_secs(1), ready(gen::Result::Ok(1))).await?;
    //~^ gen: `WithTimeout<[..]>` is yielded, not awaited
    //~| note: in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`
    Ok(())
}

fn main() {}
