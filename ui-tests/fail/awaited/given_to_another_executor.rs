use std::future::{ready, Future};

/// The signature that executors have.
fn block_on<F: Future>(_: F) -> F::Output {
    unimplemented!()
}

fn body() -> gen::Result {
    block_on(gen::shield(ready(gen::Result::Ok(1))))?;
    //~^ gen: `Shield<[..]>` is yielded, not awaited
    //~| note: in a coroutine yield it, `yield_!(..)`; elsewhere `join` makes a future of it: `.join().await`
    Ok(())
}

fn main() {}
