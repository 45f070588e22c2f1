use std::future::ready;
use std::time::Duration;

async fn body() -> gen::Result {
    let second = Duration::from_secs(1);
    gen::with_timeout(second, ready(gen::Result::Ok(1))).cancel(second).await?;
    //~^ gen: `CancelTimeout<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
