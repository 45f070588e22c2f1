use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::multi((0..3).map(std::future::ready)))?;
    //~^ gen: `[..]` is not a list or map of yieldables
    //~| note: collect an iterator: `gen::multi(iterator.collect::<Vec<_>>())`
    Ok(())
}

fn main() {}
