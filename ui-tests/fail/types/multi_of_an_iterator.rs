use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::multi((0..3).map(std::future::ready)))?;
    //~^ gen: `[..]` is no list or map of what can be yielded
    //~| note: an iterator is collected first: `gen::multi(iterator.collect::<Vec<_>>())`
    Ok(())
}

fn main() {}
