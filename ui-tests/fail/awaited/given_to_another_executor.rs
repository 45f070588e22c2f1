use std::future::{ready, Future};

/// The signature that executors have.
fn block_on<F: Future>(_: F) -> F::Output {
    unimplemented!()
}

fn body() -> gen::Result {
    block_on(gen::shield(ready(gen::Result::Ok(1))))?;
    //~^ gen: `Shield<[..]>` cannot be awaited, only yielded
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, make a future of it with `join`: `.join().await`
    Ok(())
}

fn main() {}
