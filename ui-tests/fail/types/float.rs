use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(1.5)?;
    //~^ gen: `{float}` cannot be yielded: it is a value already, with nothing to wait for
    //~| note: use it as it is, without `yield_!`; if an `.await` made it, remove that: the yield waits
    //~| note: where a future is wanted, `gen::maybe_future!(value)` makes one of it
    Ok(())
}

fn main() {}
