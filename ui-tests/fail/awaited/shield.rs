use std::future::ready;

async fn body() -> gen::Result {
    gen::shield(ready(gen::Result::Ok(1))).await?;
    //~^ gen: `Shield<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
