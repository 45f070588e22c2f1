//@ rustc: rustc does not suggest the similar name `yield_!`

#[gen::coroutine]
fn body() -> gen::Result {
    yeild_!(gen::moment())?;
    //~^ rustc: cannot find macro `yeild_` in this scope
    Ok(())
}

fn main() {}
