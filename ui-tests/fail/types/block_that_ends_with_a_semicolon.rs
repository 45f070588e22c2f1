use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!({
    //~^ gen: `()` cannot be yielded: there is nothing to wait for
    //~| note: to let other tasks run for a turn of the loop, write `yield_!(gen::moment())`
    //~| note: if this is a block, remove the `;` at its end, which makes it `()`
        gen::moment();
    })?;
    Ok(())
}

fn main() {}
