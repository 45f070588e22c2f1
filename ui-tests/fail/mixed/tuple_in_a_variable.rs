use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    let pair = (save(), async {});
    yield_!(pair)?;
    //~^ gen: a `Result` would lie unopened in what this yields, and its error would be lost
    //~| note: make what cannot fail a future that can, and all of it is opened: `gen::ok(future)`
    //~| note: the elements of a tuple that is written out in the `yield_!` itself may be mixed: `yield_!((a, b))`
    Ok(())
}

fn main() {}
