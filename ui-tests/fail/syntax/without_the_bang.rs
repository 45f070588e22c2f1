#[gen::coroutine]
fn body() -> gen::Result {
    yield_(gen::moment())?;
    //~^ rustc: cannot find function `yield_` in this scope
    Ok(())
}

fn main() {}
