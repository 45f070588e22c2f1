#[gen::coroutine]
fn body() -> gen::Result {
    await!(gen::moment())?;
    //~^ rustc: incorrect use of `await`
    Ok(())
}

fn main() {}
