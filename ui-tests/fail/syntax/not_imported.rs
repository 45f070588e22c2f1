#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::moment())?;
    //~^ rustc: cannot find macro `yield_` in this scope
    Ok(())
}

fn main() {}
