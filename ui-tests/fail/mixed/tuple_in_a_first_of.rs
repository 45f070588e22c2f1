use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::first_of((save(), async {})))?;
    //~^ gen: this yield would leave a `Result` unopened, and its error would be lost
    //~| note: for each future that cannot fail, write `gen::ok(future)`; then the yield opens all of them
    Ok(())
}

fn main() {}
