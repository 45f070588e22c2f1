use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(0..3)?;
    //~^ gen: an iterator cannot be yielded: it is not a list
    //~| note: to resolve all items in parallel, write `yield_!(iterator.collect::<Vec<_>>())`
    //~| note: to resolve one item after the other, write `for item in iterator { yield_!(item)?; }`
    Ok(())
}

fn main() {}
