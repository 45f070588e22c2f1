use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let pair = (gen::Wait::<u8>::new("key"), async {});
    yield_!(pair)?;
    //~^ gen: a `Result` would lie unopened in what this yields, and its error would be lost
    //~| note: make what cannot fail a future that can, and all of it is opened: `gen::ok(future)`
    Ok(())
}

fn main() {}
