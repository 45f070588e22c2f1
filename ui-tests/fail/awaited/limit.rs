use std::future::ready;

async fn body() -> gen::Result {
    gen::limit(1, [ready(gen::Result::Ok(1))]).await?;
    //~^ gen: `Limit<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
