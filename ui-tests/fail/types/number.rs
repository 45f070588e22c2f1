use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(42)?;
    //~^ gen: `{integer}` cannot be yielded: it is a value, and there is nothing to wait for
    //~| note: use the value without `yield_!`; if an `.await` made it, remove the `.await`, because the yield waits
    //~| note: to make a future of the value, write `gen::maybe_future!(value)`
    Ok(())
}

fn main() {}
