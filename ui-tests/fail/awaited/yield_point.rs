async fn body() -> gen::Result {
    gen::Wait::<u8>::new("key").await?;
    //~^ gen: `Wait<[..]>` cannot be awaited, only yielded: its key belongs to the coroutine that yields it
    //~| note: in a coroutine, write `yield_!(..)`; elsewhere, `gen::from_callback(|done| ..)` makes a future of a callback
    Ok(())
}

fn main() {}
