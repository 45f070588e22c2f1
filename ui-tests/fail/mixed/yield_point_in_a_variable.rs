use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    let pair = (gen::Wait::<u8>::new("key"), async {});
    yield_!(pair)?;
    //~^ gen: this yield would leave a `Result` unopened, and its error would be lost
    //~| note: for each future that cannot fail, write `gen::ok(future)`; then the yield opens all of them
    Ok(())
}

fn main() {}
