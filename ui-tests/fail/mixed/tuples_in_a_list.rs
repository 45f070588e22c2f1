use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![(save(), async {})])?;
    //~^ gen: a `Result` would lie unopened in what this yields, and its error would be lost
    //~| note: make what cannot fail a future that can, and all of it is opened: `gen::ok(future)`
    //~| note: the elements of a tuple that is written out in the `yield_!` itself may be mixed: `yield_!((a, b))`
    //~| note: an error that is no `std::error::Error` is not opened either: `impl std::error::Error` for it
    //~| note: to get each `Result` as it is: `yield_!(gen::raw(..))`
    Ok(())
}

fn main() {}
