async fn body() -> gen::Result {
    gen::Wait::<u8>::new("key").await?;
    //~^ gen: `Wait<[..]>` is yielded, not awaited: its key belongs to the coroutine that yields it
    //~| note: yield it in a `#[gen::coroutine]`: `yield_!(..)`; where there is none, `gen::from_callback(|done| ..)` makes a future of a callback
    Ok(())
}

fn main() {}
