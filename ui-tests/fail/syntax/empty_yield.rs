use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!()?;
    //~^ gen: `()` cannot be yielded: there is nothing to wait for
    //~| note: to let others run for a turn of the loop: `yield_!(gen::moment())`
    //~| note: a block that ends with a `;` is `()`
    Ok(())
}

fn main() {}
