use std::future::ready;

async fn body() -> gen::Result {
    gen::first_of([ready(gen::Result::Ok(1))]).await?;
    //~^ gen: `FirstOf<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
