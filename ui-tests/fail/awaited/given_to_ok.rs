use std::future::ready;

fn body() -> gen::Result {
    drop(gen::ok(gen::shield(ready(gen::Result::Ok(1)))));
    //~^ gen: `Shield<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
