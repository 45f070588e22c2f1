use std::future::ready;

async fn body() -> gen::Result {
    gen::first_of([ready(gen::Result::Ok(1))]).await?;
    //~^ gen: `FirstOf<[..]>` is yielded, not awaited
    //~| note: in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`
    Ok(())
}

fn main() {}
