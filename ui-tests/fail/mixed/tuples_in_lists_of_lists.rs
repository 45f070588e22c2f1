use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![vec![(save(), async {})]])?;
    //~^ gen: a `Result` would lie unopened in what this yields, and its error would be lost
    //~| note: make what cannot fail a future that can, and all of it is opened: `gen::ok(future)`
    Ok(())
}

fn main() {}
