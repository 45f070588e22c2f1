use std::future::ready;

async fn body() -> gen::Result {
    gen::raw([ready(gen::Result::Ok(1))]).await?;
    //~^ gen: `gen::yieldable::wrappers::RawOutputs<[..]>` is yielded, not awaited
    //~| note: in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`
    Ok(())
}

fn main() {}
