use std::future::ready;
use std::time::Duration;

async fn body() -> gen::Result {
    let second = Duration::from_secs(1);
    gen::with_timeout(second, ready(gen::Result::Ok(1))).cancel(second).await?;
    //~^ gen: `CancelTimeout<[..]>` is yielded, not awaited
    //~| note: in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`
    Ok(())
}

fn main() {}
