use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::multi((0..3).map(std::future::ready)))?;
    //~^ gen: `gen::multi` cannot wait for `[..]`: it cannot be yielded
    //~| note: an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`
    Ok(())
}

fn main() {}
