use std::future::ready;

fn body() -> gen::Result {
    drop(gen::ok(gen::shield(ready(gen::Result::Ok(1)))));
    //~^ gen: `Shield<[..]>` is yielded, not awaited
    //~| note: in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`
    Ok(())
}

fn main() {}
